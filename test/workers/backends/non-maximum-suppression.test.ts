import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Detection } from '../../../workers/backends/backend.ts'
import { suppressNonMaxima } from '../../../workers/backends/non-maximum-suppression.ts'

const box = (score: number, left: number, width = 10): Detection => ({ score, left, top: 0, width, height: 10 })

test('the best of several boxes around one face stays, the best face comes first', () => {
  const [face, shifted, other] = [box(0.8, 0), box(0.7, 1), box(0.9, 50)]
  assert.deepEqual(suppressNonMaxima([shifted, face, other], 0.5, 100), [other, face])
})

test('boxes that overlap by exactly the limit are two faces, by a little more one', () => {
  // One box of half the width inside the other: they share half of their union.
  assert.equal(suppressNonMaxima([box(0.9, 0), box(0.8, 0, 5)], 0.5, 100).length, 2)
  assert.equal(suppressNonMaxima([box(0.9, 0), box(0.8, 0, 5.01)], 0.5, 100).length, 1)
})

test('a box that only overlaps a suppressed one stays', () => {
  const [best, between, far] = [box(0.9, 0), box(0.8, 3), box(0.7, 6)]
  assert.deepEqual(suppressNonMaxima([best, between, far], 0.5, 100), [best, far])
})

test('no more boxes are kept than asked for, and the given list is left as it was', () => {
  const boxes = [box(0.6, 0), box(0.7, 20), box(0.8, 40)]
  assert.deepEqual(suppressNonMaxima(boxes, 0.5, 2).map(({ score }) => score), [0.8, 0.7])
  assert.deepEqual(boxes.map(({ score }) => score), [0.6, 0.7, 0.8])
  assert.deepEqual(suppressNonMaxima([], 0.5, 2), [])
})
