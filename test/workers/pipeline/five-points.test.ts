import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ARCFACE_POINTS, fivePointTransform } from '../../../workers/pipeline/five-points.ts'
import { placeOf } from '../../../workers/pipeline/warp.ts'

test('eyes, nose and corners of the mouth come to where ArcFace expects them, however the ' +
  'face lies in the picture', () => {
  for (const [scale, angle, dx, dy] of [[1, 0, 0, 0], [2.5, 0.5, 40, -7], [0.4, -2, 300, 90]] as const) {
    const place = (x: number, y: number): [number, number] => [
      scale * (Math.cos(angle) * x - Math.sin(angle) * y) + dx, scale * (Math.sin(angle) * x + Math.cos(angle) * y) + dy
    ]
    const landmarks = new Float64Array(136)
    // Each eye is six landmarks around its middle.
    const eye = (first: number, x: number, y: number): void => {
      [[-9, 0], [-3, -4], [3, -4], [9, 0], [3, 4], [-3, 4]].forEach(([ex, ey], i) => (
        landmarks.set(place(x + ex!, y + ey!), 2 * (first + i))
      ))
    }
    eye(36, 38.2946, 51.6963)
    eye(42, 73.5318, 51.5014)
    landmarks.set(place(56.0252, 71.7366), 2 * 30)
    landmarks.set(place(41.5493, 92.3655), 2 * 48)
    landmarks.set(place(70.7299, 92.2041), 2 * 54)
    const transform = fivePointTransform(ARCFACE_POINTS, landmarks)
    for (const [x, y] of [[0, 0], [111, 0], [56, 112]] as const) {
      const [found, expected] = [placeOf(transform, x, y), place(x, y)]
      assert.ok(Math.hypot(found[0] - expected[0], found[1] - expected[1]) < 1e-6)
    }
  }
})
