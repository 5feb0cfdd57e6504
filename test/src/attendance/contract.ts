import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { createAttendance, type Attendance } from '../../../src/attendance/attendance.ts'
import type { AttendanceLog } from '../../../src/attendance/attendance-log.ts'
import { eventId, stateOf, type AttendanceEvent } from '../../../src/attendance/event.ts'
import { seeded } from '../../support/seeded.ts'

const NOON = Date.parse('2026-11-26T12:00:00Z')
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Opens a log of its own for the test, or the one of another process. */
export type OpenLog = (t: TestContext, place?: string) => Promise<{ log: AttendanceLog, place: string }>

interface Site {
  attendance: Attendance
  log: AttendanceLog
  place: string
  setTime (at: number): void
}

interface SiteOptions { place?: string, zone?: string, dayStarts?: string, debounce?: number }

/** A site whose clock stands at noon until it is set. */
export async function openSite (
  t: TestContext, openLog: OpenLog, { place: given, zone = 'UTC', dayStarts = '00:00', debounce = 60 }: SiteOptions = {}
): Promise<Site> {
  const { log, place } = await openLog(t, given)
  t.after(() => log.close())
  let time = NOON
  const config = {
    ATTENDANCE_TIMEZONE: zone, ATTENDANCE_DAY_STARTS: dayStarts, ATTENDANCE_DEBOUNCE_SECONDS: debounce
  }
  return { attendance: createAttendance({ log, config, now: () => time }), log, place, setTime: (at) => { time = at } }
}

/** Every event. */
export const all = { from: 0, until: Date.parse('2100-01-01') }
const summary = ({ at, direction, userId }: AttendanceEvent): unknown => [userId, new Date(at).toISOString(), direction]

/** What every log does, and what is made of it. */
export function attendanceContract (name: string, openLog: OpenLog): void {
  test(`${name}: directions take turns within a day, and a day begins with in`, async (t) => {
    const { attendance, setTime } = await openSite(t, openLog, { zone: 'Asia/Jakarta', dayStarts: '04:00' })
    const directions: string[] = []
    // 21:00 UTC is 04:00 in Jakarta.
    for (const time of ['T12:00Z', 'T20:30Z', 'T20:50Z', 'T21:00Z', 'T21:10Z']) {
      setTime(Date.parse(`2026-11-26${time}`))
      const { event } = await attendance.record({ userId: 7, source: 'recognition' })
      directions.push(event.direction)
    }
    assert.deepEqual(directions, ['in', 'out', 'in', 'in', 'out'])
  })

  test(`${name}: a double tap is one event, and a direction that is given another`, async (t) => {
    const { attendance, setTime } = await openSite(t, openLog)
    const first = await attendance.record({ userId: 'anna', source: 'recognition', kiosk: 'gate' })
    assert.equal(first.isRepeated, false)
    setTime(NOON + 60_000)
    const second = await attendance.record({ userId: 'anna', source: 'recognition', kiosk: 'gate' })
    assert.deepEqual(second, { event: first.event, isRepeated: true })
    const out = await attendance.record({ userId: 'anna', source: 'recognition', direction: 'out' })
    assert.equal(out.isRepeated, false)
    setTime(NOON + 120_001)
    const later = await attendance.record({ userId: 'anna', source: 'recognition' })
    assert.deepEqual([later.isRepeated, later.event.direction], [false, 'in'])
    const other = await attendance.record({ userId: 'ben', source: 'recognition' })
    assert.equal(other.isRepeated, false)
  })

  test(`${name}: what a kiosk sends again is recorded once, by two processes at the same time, too`, async (t) => {
    const one = await openSite(t, openLog, { debounce: 0 })
    const two = await openSite(t, openLog, { place: one.place, debounce: 0 })
    const sighting = { userId: 1, source: 'offline' as const, at: NOON - HOUR_MS, tag: 'kiosk-1-000017' }
    const sites = Array.from({ length: 20 }, (_, i) => i % 2 ? one : two)
    const answers = await Promise.all(sites.map(({ attendance }) => attendance.record(sighting)))
    assert.equal(answers.filter(({ isRepeated }) => !isRepeated).length, 1)
    assert.equal(new Set(answers.map(({ event }) => event.id)).size, 1)
    assert.equal((await two.attendance.page(all, 10)).length, 1)
  })

  test(`${name}: times ahead of the clock, or of more than 72 hours ago, are refused`, async (t) => {
    const { attendance } = await openSite(t, openLog)
    const record = (at: number): Promise<unknown> => attendance.record({ userId: 1, source: 'offline', at })
    await record(NOON + 120_000)
    await assert.rejects(record(NOON + 120_001), { code: 'EVENT_TIME_REFUSED', message: /clock of the kiosk/ })
    await record(NOON - 72 * HOUR_MS)
    await assert.rejects(record(NOON - 72 * HOUR_MS - 1), { code: 'EVENT_TIME_REFUSED', message: /administrator/ })
    const at = NOON - 1000 * HOUR_MS
    await attendance.record({ userId: 1, source: 'manual', at, by: 'admin', reason: 'paper list' })
  })

  test(`${name}: corrections and decisions keep what was recorded`, async (t) => {
    const { attendance, log } = await openSite(t, openLog)
    const { event } = await attendance.record({ userId: 1, source: 'recognition', kiosk: 'gate', confidence: 0.7 })
    const corrected = await attendance.correct(event.id, {
      at: NOON - 30 * HOUR_MS, direction: 'out', by: 'admin', reason: 'came by the back door'
    })
    assert.deepEqual(
      [corrected.replaces, corrected.direction, corrected.confidence, corrected.reason],
      [event.id, 'out', 0.7, 'came by the back door']
    )
    assert.equal(stateOf((await log.get(event.id))!), 'replaced')
    assert.equal(stateOf((await log.get(corrected.id))!), 'recorded')
    await assert.rejects(attendance.correct(event.id, { by: 'admin', reason: 'again' }), { code: 'EVENT_REPLACED' })
    const again = await attendance.correct(corrected.id, { direction: 'in', by: 'admin', reason: 'was right' })
    await attendance.rule(again.id, 'rejected', 'admin', 'nobody was there')
    assert.deepEqual((await attendance.page(all, 10)).map(stateOf), ['replaced', 'rejected', 'replaced'])
    await assert.rejects(attendance.rule(eventId(NOON, 'not-there-at-all'), 'confirmed', 'admin'), {
      code: 'EVENT_NOT_FOUND'
    })
  })

  test(`${name}: an event to be confirmed counts when it was`, async (t) => {
    const { attendance } = await openSite(t, openLog)
    const { event } = await attendance.record({ userId: 9, source: 'claim', isToBeConfirmed: true })
    assert.deepEqual(await attendance.present(), [])
    await attendance.rule(event.id, 'confirmed', 'admin')
    assert.deepEqual((await attendance.present()).map(({ userId }) => userId), [9])
  })

  test(`${name}: pages of any length have all events once, in order`, async (t) => {
    const random = seeded(t)
    const { attendance } = await openSite(t, openLog, { debounce: 0 })
    const recorded = new Map<string, AttendanceEvent>()
    for (let i = 0; i < 60; i++) {
      // Some at the same moment.
      const at = NOON - random.below(70) * HOUR_MS
      const { event } = await attendance.record({ userId: random.below(5), source: 'offline', at })
      recorded.set(event.id, event)
    }
    const from = NOON - 60 * HOUR_MS
    const expected = [...recorded.values()].filter(({ at }) => at >= from && at < NOON)
      .sort((one, two) => one.at - two.at || (one.id < two.id ? -1 : 1)).map(summary)
    for (const limit of [1, 7, 1000]) {
      const seen: unknown[] = []
      let after
      for (let page; page === undefined || page.length === limit; after = page.at(-1)) {
        page = await attendance.page({ from, until: NOON, after }, limit)
        seen.push(...page.map(summary))
      }
      assert.deepEqual(seen, expected, `pages of ${limit}`)
    }
  })

  test(`${name}: days have hours, and open ends where one half is missing`, async (t) => {
    const { attendance, setTime } = await openSite(t, openLog, { zone: 'Europe/Berlin' })
    const pass = async (userId: number, time: string, direction: 'in' | 'out'): Promise<void> => {
      setTime(Date.parse(time))
      await attendance.record({ userId, source: 'recognition', direction })
    }
    // The clock is set back at 03:00 on 25 October: an hour more between 01:00 and 04:00.
    await pass(1, '2026-10-25T01:00+02:00', 'in')
    await pass(2, '2026-10-25T02:30+02:00', 'in')
    await pass(1, '2026-10-25T04:00+01:00', 'out')
    await pass(2, '2026-10-25T08:00+01:00', 'in')
    await pass(2, '2026-10-25T09:30+01:00', 'out')
    await pass(1, '2026-10-26T01:00+01:00', 'out')
    const days: unknown[] = []
    for await (const { day, userId, presentMs, openEnds } of attendance.days('2026-10-25', '2026-10-26')) {
      days.push([day, userId, presentMs / HOUR_MS, openEnds.map(({ direction }) => direction)])
    }
    assert.deepEqual(days, [['2026-10-25', 1, 4, []], ['2026-10-25', 2, 1.5, ['in']], ['2026-10-26', 1, 0, ['out']]])
  })

  test(`${name}: days before the retention are forgotten`, async (t) => {
    const { attendance, log, setTime } = await openSite(t, openLog)
    for (const day of ['24', '25', '26']) {
      setTime(Date.parse(`2026-11-${day}T12:00Z`))
      await attendance.record({ userId: 1, source: 'recognition' })
    }
    assert.equal(await log.forgetBefore('2026-11-25'), 1)
    assert.equal((await attendance.page(all, 10)).length, 2)
  })
}
