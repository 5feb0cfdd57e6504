import assert from 'node:assert/strict'
import { test } from 'node:test'
import { halved, type Picture } from '../../../workers/pipeline/picture.ts'
import { warp, type Similarity } from '../../../workers/pipeline/warp.ts'

/** Numbers that look random, the same each time. */
function randomNumbers (seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function noise (width: number, height: number, random: () => number): Picture {
  return { rgb: Uint8Array.from({ length: width * height * 3 }, () => random() * 256), width, height }
}

/** The definition: the average of samples² bilinear samples, pixels outside black. */
function plainWarp (
  { rgb, width, height }: Picture, { a, b, tx, ty }: Similarity, side: number, samples: number
): Float64Array {
  const pixel = (x: number, y: number, channel: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : rgb[(y * width + x) * 3 + channel]!
  return Float64Array.from({ length: side * side * 3 }, (_, index) => {
    const [x, y, channel] = [Math.floor(index / 3) % side, Math.floor(index / 3 / side), index % 3]
    let sum = 0
    for (let sample = 0; sample < samples ** 2; sample++) {
      const u = x + (sample % samples + 0.5) / samples - 0.5
      const v = y + (Math.floor(sample / samples) + 0.5) / samples - 0.5
      const [sx, sy] = [a * u - b * v + tx, b * u + a * v + ty]
      const [x0, y0] = [Math.floor(sx), Math.floor(sy)]
      const [fx, fy] = [sx - x0, sy - y0]
      sum += (pixel(x0, y0, channel) * (1 - fx) + pixel(x0 + 1, y0, channel) * fx) * (1 - fy) +
        (pixel(x0, y0 + 1, channel) * (1 - fx) + pixel(x0 + 1, y0 + 1, channel) * fx) * fy
    }
    return sum / samples ** 2
  })
}

test('inside, across the edges and far outside, a warp is what it is defined to be', () => {
  const random = randomNumbers(1)
  for (let round = 0; round < 300; round++) {
    const picture = noise(1 + Math.floor(random() * 60), 1 + Math.floor(random() * 60), random)
    const [scale, angle] = [0.05 + random() * 1.9, random() * 2 * Math.PI]
    const transform = {
      a: scale * Math.cos(angle),
      b: scale * Math.sin(angle),
      tx: (random() * 3 - 1) * picture.width,
      ty: (random() * 3 - 1) * picture.height
    }
    const expected = plainWarp(picture, transform, 12, scale > 1.15 ? Math.ceil(scale) : 1)
    const found = warp(picture, transform, 12)
    for (const [i, value] of expected.entries()) {
      assert.ok(Math.abs(found[i]! - value) <= 1.5, `round ${round}, number ${i}: ${found[i]} for ${value}`)
    }
  }
})

test('a warp that shrinks to less than half sees the halved picture', () => {
  const random = randomNumbers(2)
  const picture = noise(301, 200, random)
  for (const scale of [2, 2.9, 4.2]) {
    const times = scale < 4 ? 2 : 4
    let small = halved(picture)
    if (times === 4) small = halved(small)
    const middle = (1 - 1 / times) / 2
    const found = warp(picture, { a: scale, b: 0, tx: 20, ty: 30 }, 20)
    assert.deepEqual(
      found, warp(small, { a: scale / times, b: 0, tx: 20 / times - middle, ty: 30 / times - middle }, 20)
    )
  }
})

test('a halved picture averages four pixels, drops an odd edge and is made once', () => {
  const picture: Picture = {
    rgb: Uint8Array.of(0, 10, 255, 2, 20, 255, 9, 9, 9, 4, 30, 255, 6, 41, 255, 9, 9, 9), width: 3, height: 2
  }
  assert.deepEqual(halved(picture), { rgb: Uint8Array.of(3, 25, 255), width: 1, height: 1 })
  assert.equal(halved(picture), halved(picture))
})

test('halving by the kernel is what it is defined to be, in any size', () => {
  const random = randomNumbers(4)
  const sizes =
    Array.from({ length: 60 }, () => [2 + Math.floor(random() * 70), 2 + Math.floor(random() * 40)] as const)
  // The last ones take several turns, for the kernel holds 1 MiB at a time: of one row of pixels, of many.
  for (const [width, height] of [...sizes, [701, 603], [200_003, 7]] as const) {
    const picture = noise(width, height, random)
    if (width % 5 === 0) picture.rgb.fill(255)
    const { rgb, width: halfWidth, height: halfHeight } = halved(picture)
    assert.deepEqual([halfWidth, halfHeight, rgb.length], [width >> 1, height >> 1, (width >> 1) * (height >> 1) * 3])
    const wrong = rgb.findIndex((value, i) => {
      const [x, y, channel] = [Math.floor(i / 3) % halfWidth, Math.floor(i / 3 / halfWidth), i % 3]
      const of = (dx: number, dy: number): number => picture.rgb[((2 * y + dy) * width + 2 * x + dx) * 3 + channel]!
      return value !== (of(0, 0) + of(1, 0) + of(0, 1) + of(1, 1) + 2) >> 2
    })
    assert.equal(wrong, -1, `${width} × ${height}`)
  }
})

test('a picture wider than whole numbers reach is warped all the same', () => {
  const picture = noise(40_000, 4, randomNumbers(3))
  const transform = { a: 1, b: 0, tx: 39_990.5, ty: 0 }
  const expected = plainWarp(picture, transform, 3, 1)
  for (const [i, value] of warp(picture, transform, 3).entries()) assert.ok(Math.abs(value - expected[i]!) <= 1)
})

test('however large the square is that is cut out of a thin picture, the memory that it takes is not', () => {
  const thin = noise(40_000, 40, randomNumbers(5))
  for (const scale of [1e3, 1e6, 1e30, Infinity]) {
    const found = warp(thin, { a: scale, b: 0, tx: 0, ty: 0 }, 112)
    assert.deepEqual([found.length, found.every((value) => value === 0)], [112 * 112 * 3, true], `${scale}`)
  }
})
