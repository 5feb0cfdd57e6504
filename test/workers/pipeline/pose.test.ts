import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measurePose } from '../../../workers/pipeline/pose.ts'

/** Landmarks of a frontal face, then turned by `angle` radians and moved; only the points that count. */
function face (change: Record<number, [x: number, y: number]> = {}, angle = 0): Float64Array {
  const points: Record<number, [x: number, y: number]> = {
    2: [-60, 40], 14: [60, 40], 30: [0, 37.2], 36: [-40, 0], 39: [-20, 0], 42: [20, 0], 45: [40, 0], ...change
  }
  const landmarks = new Float64Array(136)
  for (const [i, [x, y]] of Object.entries(points)) {
    landmarks[2 * Number(i)] = 200 + x * Math.cos(angle) - y * Math.sin(angle)
    landmarks[2 * Number(i) + 1] = 100 + x * Math.sin(angle) + y * Math.cos(angle)
  }
  return landmarks
}

const close = (one: number, other: number): boolean => Math.abs(one - other) < 1e-9

test('a frontal face has no yaw and no pitch, tilted or not', () => {
  for (const angle of [0, 0.5, -1.3, 3]) {
    const { yaw, pitch } = measurePose(face({}, angle))
    assert.ok(close(yaw, 0) && close(pitch, 0), `${angle}: ${yaw}, ${pitch}`)
  }
})

test('the nose moves to a cheek when the head turns, up or down when it nods', () => {
  for (const angle of [0, 0.4]) {
    assert.ok(close(measurePose(face({ 30: [30, 37.2] }, angle)).yaw, 0.5))
    assert.ok(close(measurePose(face({ 30: [-60, 37.2] }, angle)).yaw, 1))
    assert.ok(close(measurePose(face({ 30: [0, 37.2 + 15] }, angle)).pitch, 0.25))
    assert.ok(close(measurePose(face({ 30: [0, 37.2 - 15] }, angle)).pitch, 0.25))
  }
})
