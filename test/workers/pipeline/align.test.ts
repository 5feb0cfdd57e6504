import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHIP_SIDE } from '../../../workers/backends/backend.ts'
import { chipTransform } from '../../../workers/pipeline/align.ts'
import type { Picture } from '../../../workers/pipeline/picture.ts'
import { warp } from '../../../workers/pipeline/warp.ts'

/** A picture whose colour tells where it is: red grows to the right, green downwards, blue is 50. */
function gradient (width: number, height: number): Picture {
  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rgb.set([x * 255 / width, y * 255 / height, 50], (y * width + x) * 3)
  }
  return { rgb, width, height }
}

test('without change of scale or place a warp copies the pixels', () => {
  const picture = gradient(40, 40)
  assert.deepEqual(warp(picture, { a: 1, b: 0, tx: 0, ty: 0 }, 40), picture.rgb)
})

test('a warp that shrinks averages: fine stripes turn into even grey', () => {
  const rgb = Uint8Array.from({ length: 256 * 256 * 3 }, (_, i) => Math.floor(i / 3) % 2 * 255)
  for (const scale of [2, 3.7, 8]) {
    const target = warp({ rgb, width: 256, height: 256 }, { a: scale, b: 0, tx: 40, ty: 40 }, 16)
    for (const value of target) assert.ok(Math.abs(value - 127.5) < 40, `${value} at scale ${scale}`)
  }
})

test('beyond its edges a picture goes on black, and no read leaves it', () => {
  const picture = gradient(20, 20)
  picture.rgb.fill(200)
  const target = warp(picture, { a: 2, b: 0.5, tx: -20, ty: -20 }, 30)
  assert.equal(target[0], 0)
  assert.equal(target.at(-1), 0)
  assert.ok(target.includes(200))
  assert.ok(target.every((value) => value <= 200))
})

test('every similarity is found again from the landmarks that it moves', () => {
  const upright = new Float64Array(136)
  const random = (i: number): number => ((Math.sin(i * 12.9898) * 43758.5453) % 1)
  for (let i = 0; i < 136; i++) upright[i] = 100 + 50 * random(i)
  const base = chipTransform(upright)
  for (const [scale, angle, dx, dy] of [
    [1, 0, 10, -5], [2.5, 0.5, 0, 0], [0.3, -1.2, 300, 40], [1, 3, -7, 9]
  ] as const) {
    const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)]
    const moved = new Float64Array(136)
    for (let i = 0; i < 136; i += 2) {
      moved[i] = cos * upright[i]! - sin * upright[i + 1]! + dx
      moved[i + 1] = sin * upright[i]! + cos * upright[i + 1]! + dy
    }
    // Moving all landmarks by a similarity moves the chip by the same.
    const found = chipTransform(moved)
    const expected = {
      a: cos * base.a - sin * base.b,
      b: sin * base.a + cos * base.b,
      tx: cos * base.tx - sin * base.ty + dx,
      ty: sin * base.tx + cos * base.ty + dy
    }
    for (const key of ['a', 'b', 'tx', 'ty'] as const) assert.ok(Math.abs(found[key] - expected[key]) < 1e-9)
  }
})

test('a chip is 150 × 150 RGB, with the eyes level and where dlib puts them', () => {
  const picture = gradient(300, 300)
  const landmarks = new Float64Array(136)
  // A face of the mean shape, 100 pixels in size, its left upper corner at (80, 60).
  const meanEyes: Array<[number, number, number]> = [[36, 0.121737, 0.216423], [45, 0.858516, 0.216423]]
  const transform = { a: 1, b: 0, tx: 55, ty: 35 }
  for (const [i, x, y] of meanEyes) landmarks.set([80 + 100 * x, 60 + 100 * y], 2 * i)
  const chip = warp(picture, transform, CHIP_SIDE)
  assert.equal(chip.length, 150 * 150 * 3)
  // With padding 0.25 the mean face of a 150-pixel chip is 100 pixels wide and begins at 25.
  for (const [i, x, y] of meanEyes) {
    assert.ok(Math.abs((landmarks[2 * i]! - transform.tx) - (25 + 100 * x)) < 1e-9)
    assert.ok(Math.abs((landmarks[2 * i + 1]! - transform.ty) - (25 + 100 * y)) < 1e-9)
  }
})
