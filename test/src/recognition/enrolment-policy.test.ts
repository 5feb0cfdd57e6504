import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepMostUseful } from '../../../src/recognition/enrolment-policy.ts'
import type { Encoding } from '../../../src/store/encoding-store.ts'

const encoding = (place: number, model = 'one'): Encoding =>
  ({ vector: new Float32Array(128).fill(place), quality: 1, registeredAt: '2026-01-01T00:00:00.000Z', model })

const placesOf = (encodings: Encoding[]): number[] => encodings.map(({ vector }) => vector[0]!)

test('of too many encodings the one nearest to another goes, never the last, and first those of other kinds', () => {
  const kept = (max: number, ...encodings: Encoding[]): number[] => placesOf(keepMostUseful(encodings, max))
  assert.deepEqual(kept(3, encoding(1), encoding(5), encoding(9)), [1, 5, 9])
  assert.deepEqual(kept(3, encoding(1), encoding(5), encoding(5.5), encoding(9)), [1, 5.5, 9])
  assert.deepEqual(kept(3, encoding(1), encoding(5), encoding(9), encoding(5.5)), [1, 9, 5.5])
  assert.deepEqual(kept(1, encoding(1), encoding(5), encoding(9)), [9])
  assert.deepEqual(kept(2, encoding(1), encoding(9, 'other'), encoding(1.5)), [1, 1.5])
  assert.deepEqual(kept(5), [])
})
