import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Detection } from '../../../workers/backends/backend.ts'
import { DETECTIONS_MAX, suppressNonMaxima } from '../../../workers/backends/non-maximum-suppression.ts'

const box = (score: number, left: number, width = 10): Detection => ({ score, left, top: 0, width, height: 10 })

test('the best of several boxes around one face stays, the best face comes first', () => {
  const [face, shifted, other] = [box(0.8, 0), box(0.7, 1), box(0.9, 50)]
  assert.deepEqual(suppressNonMaxima([shifted, face, other], 0.5), [other, face])
})

test('boxes that overlap by exactly the limit are two faces, by a little more one', () => {
  // One box of half the width inside the other: they share half of their union.
  assert.equal(suppressNonMaxima([box(0.9, 0), box(0.8, 0, 5)], 0.5).length, 2)
  assert.equal(suppressNonMaxima([box(0.9, 0), box(0.8, 0, 5.01)], 0.5).length, 1)
})

test('a box that only overlaps a suppressed one stays', () => {
  const [best, between, far] = [box(0.9, 0), box(0.8, 3), box(0.7, 6)]
  assert.deepEqual(suppressNonMaxima([best, between, far], 0.5), [best, far])
})

test('at most the best hundred are kept, and the given list is left as it was', () => {
  const boxes = Array.from({ length: DETECTIONS_MAX + 2 }, (_, i) => box(0.5 + i / 1000, 20 * i))
  const before = structuredClone(boxes)
  const kept = suppressNonMaxima(boxes, 0.5)
  assert.deepEqual(kept, boxes.slice(2).reverse())
  assert.deepEqual(boxes, before)
  assert.deepEqual(suppressNonMaxima([], 0.5), [])
})
