import assert from 'node:assert/strict'
import test from 'node:test'
import { createWorkingDays } from '../../../src/attendance/working-days.ts'
import { seeded } from '../../support/seeded.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** What the clock on the wall shows, as `YYYY-MM-DD HH:MM`: as text the later is the greater. */
function createClock (timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit'
  })
  return (at) => format.format(at)
}

/** Slow and obvious: looks at the clock every minute, from well before until it shows the time. */
function startByLooking (clock: (at: number) => string, day: string, dayStarts: string): number {
  let at = Date.parse(`${day}T00:00Z`) - 40 * HOUR_MS
  while (clock(at) < `${day} ${dayStarts}`) at += MINUTE_MS
  return at
}

const DAY_STARTS = ['00:00', '00:30', '01:00', '02:30', '03:00', '04:00', '12:00', '23:30'] as const

test('a day begins when the clock first shows the time, in every zone and on the days on which it is set', (t) => {
  const random = seeded(t)
  const zones = Intl.supportedValuesOf('timeZone')
  for (let round = 0; round < 150; round++) {
    const zone = random.of(zones)
    const dayStarts = random.of(DAY_STARTS)
    const clock = createClock(zone)
    const days = createWorkingDays(zone, dayStarts)
    const year = 1980 + random.below(60)
    const from = Date.UTC(year, 0, 1 + random.below(365))
    // To the next day on which the clock is set, if there is one within a year.
    const offset = (at: number): number => Date.parse(`${clock(at).replace(' ', 'T')}Z`) - at
    let at = from
    while (offset(at) === offset(from) && at < from + 366 * 24 * HOUR_MS) at += 24 * HOUR_MS
    const first = new Date(at - 48 * HOUR_MS).toISOString().slice(0, 10)
    let day = first
    for (let index = 0; index < 4; index++) {
      const where = `${zone}, ${day}, ${dayStarts}`
      const start = startByLooking(clock, day, dayStarts)
      assert.equal(days.startOf(day), start, where)
      const following = new Date(Date.parse(day) + 24 * HOUR_MS).toISOString().slice(0, 10)
      const end = startByLooking(clock, following, dayStarts)
      assert.equal(days.endOf(day), end, where)
      if (end > start) {
        assert.equal(days.dayOf(start), day, where)
        assert.equal(days.dayOf(end - 1), day, where)
        assert.equal(days.dayOf(start + random.below(end - start)), day, where)
      }
      day = following
    }
  }
})
