import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawPeople } from '../../../bench/accuracy/bootstrap.ts'
import { doorRates, fnirAt, shareOf, type Outcome } from '../../../bench/accuracy/door-rates.ts'
import { ruleCurves } from '../../../bench/accuracy/rule-curves.ts'
import type { SearchResult } from '../../../bench/accuracy/door.ts'

const enrolled = (person: number, named: number | null): Outcome => ({ person, named, isEnrolled: true })
const stranger = (person: number, named: number | null): Outcome => ({ person, named, isEnrolled: false })

test('right, wrong and not named are shares of the enrolled people\'s searches, named of the strangers\'', () => {
  const outcomes = [
    enrolled(0, 0), enrolled(0, 0), enrolled(0, 1), enrolled(1, null), enrolled(1, 1),
    stranger(2, null), stranger(2, 0), stranger(3, null), stranger(3, null)
  ]
  const { right, wrong, notNamed, strangersNamed } = doorRates(outcomes, drawPeople(4, 1))
  assert.deepEqual([right, wrong, notNamed, strangersNamed].map(({ rate }) => rate), [3 / 5, 1 / 5, 1 / 5, 1 / 4])
  for (const { rate, least, most } of [right, wrong, notNamed, strangersNamed]) {
    assert.ok(least <= rate && rate <= most && least >= 0 && most <= 1)
  }
})

test('to be taken for somebody else takes both people to be drawn', () => {
  const named = shareOf([stranger(0, 1), stranger(0, null)], (trial) => trial.named !== null)
  assert.equal(named(Uint16Array.of(1, 1)), 1 / 2)
  assert.equal(named(Uint16Array.of(2, 0)), 0)
  assert.equal(named(Uint16Array.of(1, 3)), 3 / 2)
})

const search = (person: number, isEnrolled: boolean, nearest: number, distance: number, other = 1): SearchResult =>
  ({ person, isEnrolled, nearest, distance, other })

test('FNIR is counted where the limit lets the wanted share of strangers in', () => {
  const strangers = Array.from({ length: 100 }, (_, i) => search(10 + i, false, 0, 0.3 + i / 1000))
  const own = [search(0, true, 0, 0.2), search(1, true, 1, 0.3005), search(2, true, 3, 0.1), search(3, true, 3, 0.31)]
  const draws = drawPeople(110, 1)
  // Of 100 strangers one is let in: the limit is the second, at 0.301.
  assert.equal(fnirAt(0.01, [...strangers, ...own], draws).rate, 2 / 4)
  assert.equal(fnirAt(0.2, [...strangers, ...own], draws).rate, 1 / 4)
})

test('rules are compared at the same share of strangers named', () => {
  const strangers = Array.from({ length: 1000 }, (_, i) => (
    search(10 + i, false, 0, 0.3 + i / 10_000, i % 2 === 1 ? 0.34 : 0.9)
  ))
  const own = [search(0, true, 0, 0.29), search(1, true, 1, 0.30195), search(2, true, 2, 0.30195, 0.34)]
  const [alone, margin] = ruleCurves([...strangers, ...own], 0.05)
  assert.deepEqual([alone!.rule, margin!.rule], ['distance alone', 'with a margin of 0.05'])
  const missedAt = (points: typeof alone, share: number): number =>
    points!.points.findLast(({ strangersNamed }) => strangersNamed <= share)!.missed
  // The margin refuses every second stranger at first and so looks further, but never finds the third of the enrolled.
  assert.equal(missedAt(alone, 0.015), 2 / 3)
  assert.equal(missedAt(margin, 0.015), 1 / 3)
  assert.equal(missedAt(alone, 0.03), 0)
})
