import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discardCurve } from '../../../bench/accuracy/discard.ts'

test('the worst photos take their pairs with them, and the rate is of the pairs that are left', () => {
  // Ten photos of quality 0 to 0.9, the eleventh has no face. Each pairs with the next.
  const qualities = [...Array.from({ length: 10 }, (_, i) => i / 10), undefined]
  const refused = [0, 1, 5]
  const pairs = Array.from(
    { length: 10 }, (_, i) => ({ one: i, other: i + 1, distance: i === 9 ? Infinity : refused.includes(i) ? 0.7 : 0.5 })
  )
  const curve = discardCurve(qualities, pairs, 0.6)
  assert.deepEqual(curve[0], { discarded: 0, qualityMin: 0, pairs: 9, falseNonMatches: 3, fnmr: 3 / 9 })
  const at = (share: number): unknown => curve.find(({ discarded }) => discarded === share)
  assert.deepEqual(at(0.09), { discarded: 0.09, qualityMin: 0, pairs: 9, falseNonMatches: 3, fnmr: 3 / 9 })
  assert.deepEqual(at(0.1), { discarded: 0.1, qualityMin: 0.1, pairs: 8, falseNonMatches: 2, fnmr: 2 / 8 })
  assert.deepEqual(at(0.2), { discarded: 0.2, qualityMin: 0.2, pairs: 7, falseNonMatches: 1, fnmr: 1 / 7 })
  assert.deepEqual(at(0.5), { discarded: 0.5, qualityMin: 0.5, pairs: 4, falseNonMatches: 1, fnmr: 1 / 4 })
})

test('photos of the same quality are discarded together, whatever their order', () => {
  const pairs = [{ one: 0, other: 1, distance: 0.7 }, { one: 2, other: 3, distance: 0.5 }]
  const shares = discardCurve([0.2, 0.2, 0.9, 0.9], pairs, 0.6).map(({ discarded, fnmr }) => [discarded, fnmr])
  // Below a quarter nothing is discarded yet.
  assert.deepEqual(shares.filter(([discarded = 0]) => discarded < 0.25).length, 25)
  assert.deepEqual(shares.slice(25), [[0.5, 0]])
})

test('the curve ends where no pair is left', () => {
  const curve = discardCurve([0.1, 0.5, 0.6, 0.7], [{ one: 0, other: 3, distance: 0.5 }], 0.6)
  assert.equal(curve.at(-1)?.discarded, 0.24)
  assert.deepEqual(discardCurve([undefined], [], 0.6), [])
})
