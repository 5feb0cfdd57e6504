import assert from 'node:assert/strict'
import { test } from 'node:test'
import { driftOf, noSighting, withRecognitions } from '../../../src/recognition/drift.ts'
import type { Sighting } from '../../../src/store/sightings/sighting-store.ts'
import { seeded, type Random } from '../../support/seeded.ts'

const USERS = 1_000
const DAYS = 120
/** Of a day's mean, as between photos of one person on different days; see docs/recognition.md. */
const DAY_DEVIATION = 0.06
const PHOTO_DEVIATION = 0.03

const gauss = (random: Random): number => (
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
)

/** Somebody who comes on five days of seven, one to four times, `risePerDay` further away each day. */
function recognitionsOf (random: Random, risePerDay: number): Sighting {
  let recognitions = noSighting(0)
  for (let day = 0; day < DAYS; day++) {
    if (random.below(7) >= 5) continue
    const distance = 0.35 + risePerDay * day + DAY_DEVIATION * gauss(random)
    for (let count = 1 + random.below(4); count > 0; count--) {
      recognitions = withRecognitions(recognitions, day, 1, distance + PHOTO_DEVIATION * gauss(random))
    }
  }
  return recognitions
}

const shareListed = (random: Random, risePerDay: number): number => (
  Array.from({ length: USERS }, () => driftOf(recognitionsOf(random, risePerDay))).filter(Boolean).length / USERS
)

test('of steady users one in 200 at most seems to drift, ' +
  'and nine in ten of those who move away by 0.2 in four months do', (t) => {
  const random = seeded(t)
  const [steady, drifting, returning] = [0, 0.2 / DAYS, -0.2 / DAYS].map((rise) => shareListed(random, rise))
  t.diagnostic(`steady ${steady}, drifting ${drifting}, coming nearer ${returning}`)
  assert.ok(steady! <= 1 / 200)
  assert.ok(drifting! >= 0.9)
  assert.equal(returning, 0)
})

test('a drift says from where to where, and needs twenty days that are over', () => {
  let recognitions = noSighting(100)
  for (let day = 100; day < 120; day++) {
    recognitions = withRecognitions(recognitions, day, 2, 2 * (0.3 + 0.01 * (day - 100)))
    assert.equal(driftOf(recognitions), null)
  }
  recognitions = withRecognitions(recognitions, 120, 1, 0.5)
  const drift = driftOf(recognitions)
  assert.ok(drift)
  assert.equal(drift.days, 20)
  assert.ok(Math.abs(drift.first - 0.345) < 1e-9)
  assert.ok(drift.recent > 0.43 && drift.recent < 0.49)
})

test('recognitions count the same in whatever portions of a day they come, those that come late as of today', () => {
  const atOnce = withRecognitions(withRecognitions(noSighting(5), 5, 3, 0.9), 6, 1, 0.4)
  let inPortions = noSighting(5)
  for (const [day, distance] of [[5, 0.2], [5, 0.3], [5, 0.4], [6, 0.4]] as const) {
    inPortions = withRecognitions(inPortions, day, 1, distance)
  }
  const { matches: _, ...numbers } = atOnce
  for (const [name, value] of Object.entries(numbers)) {
    assert.ok(Math.abs(value - inPortions[name as keyof typeof numbers]) < 1e-12, name)
  }
  const late = withRecognitions(atOnce, 5, 1, 0.2)
  assert.deepEqual([late.day, late.count, late.days], [6, 2, 1])
})

test('a user who is a little further away than before is not listed, however certain that is', () => {
  let recognitions = noSighting(0)
  for (let day = 0; day < 100; day++) recognitions = withRecognitions(recognitions, day, 1, day < 50 ? 0.3 : 0.34)
  assert.equal(driftOf(recognitions), null)
})
