import { halved, type Picture } from './picture.ts'

/**
 * A similarity transform from target to source pixels: `x' = a·x - b·y + tx`, `y' = b·x + a·y + ty`.
 * Coordinates are those of pixel centres.
 */
export interface Similarity {
  a: number
  b: number
  tx: number
  ty: number
}

/** Source pixels on each side of a target pixel. */
export const scaleOf = ({ a, b }: Similarity): number => Math.hypot(a, b)

/** Coordinates must be smaller to fit into 32 bits with 16 after the point. */
const FIXED_POINT_MAX = 32_767
/** A shrink to less than half takes its samples from a halved picture. */
const HALVE_FROM = 2
/** Up to this shrink one sample for each target pixel is enough, beyond it four are averaged. */
const ONE_SAMPLE_UP_TO = 1.15

/**
 * Fills a square of `side` pixels in `target` (RGB, from `offset`) with the source picture seen through `transform`.
 * Bilinear; when the picture shrinks, each target pixel averages over its whole area, so that detail turns into grey and
 * not into noise. Beyond its edges the source goes on black, as in dlib's `extract_image_chip`.
 */
export function warp (source: Picture, transform: Similarity, side: number, target: Uint8Array, offset: number): void {
  const scale = scaleOf(transform)
  if (scale >= HALVE_FROM && source.width > 1 && source.height > 1) {
    const { a, b, tx, ty } = transform
    // The centre of pixel x of the halved picture lies at 2x + ½ of this one.
    warp(halved(source), { a: a / 2, b: b / 2, tx: tx / 2 - 0.25, ty: ty / 2 - 0.25 }, side, target, offset)
    return
  }
  const samples = scale > ONE_SAMPLE_UP_TO ? 2 : 1
  const corners = [-0.5, side - 0.5].flatMap((y) => [-0.5, side - 0.5].map((x) => placeOf(transform, x, y)))
  const xMax = Math.min(source.width, FIXED_POINT_MAX) - 1
  const yMax = Math.min(source.height, FIXED_POINT_MAX) - 1
  const isInside = corners.every(([x, y]) => x >= 0 && y >= 0 && x < xMax && y < yMax)
  const fill = isInside ? warpInside : warpAnywhere
  fill(source, transform, side, samples, target, offset)
}

/** Where a target pixel lies in the source. */
export function placeOf ({ a, b, tx, ty }: Similarity, x: number, y: number): [x: number, y: number] {
  return [a * x - b * y + tx, b * x + a * y + ty]
}

type Warp = (source: Picture, transform: Similarity, side: number, samples: number, target: Uint8Array, offset: number) => void

/** Where every sample has four neighbours: whole numbers with 16 bits after the point, half the time of fractions. */
const warpInside: Warp = ({ rgb, width }, { a, b, tx, ty }, side, samples, target, offset) => {
  const row = width * 3
  const step = 1 / samples
  const first = step / 2 - 0.5
  const [alongX, alongY] = [Math.round(a * step * 65536), Math.round(b * step * 65536)]
  const shift = 16 + 2 * (samples - 1)
  const half = 1 << (shift - 1)
  let out = offset
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let red = half; let green = half; let blue = half
      for (let j = 0; j < samples; j++) {
        const u = x + first; const v = y + first + j * step
        let sx = ((a * u - b * v + tx) * 65536) | 0
        let sy = ((b * u + a * v + ty) * 65536) | 0
        for (let i = 0; i < samples; i++) {
          const fx = (sx >> 8) & 255; const fy = (sy >> 8) & 255
          const w11 = fx * fy; const w10 = (fx << 8) - w11; const w01 = (fy << 8) - w11
          const w00 = 65536 - (fx << 8) - w01
          const p = (sy >> 16) * row + (sx >> 16) * 3
          const q = p + row
          red += rgb[p]! * w00 + rgb[p + 3]! * w10 + rgb[q]! * w01 + rgb[q + 3]! * w11
          green += rgb[p + 1]! * w00 + rgb[p + 4]! * w10 + rgb[q + 1]! * w01 + rgb[q + 4]! * w11
          blue += rgb[p + 2]! * w00 + rgb[p + 5]! * w10 + rgb[q + 2]! * w01 + rgb[q + 5]! * w11
          sx += alongX; sy += alongY
        }
      }
      target[out++] = red >> shift
      target[out++] = green >> shift
      target[out++] = blue >> shift
    }
  }
}

/** Anywhere, one neighbour after the other; those outside are black. */
const warpAnywhere: Warp = ({ rgb, width, height }, transform, side, samples, target, offset) => {
  const step = 1 / samples
  const first = step / 2 - 0.5
  const sum = new Float64Array(3)
  let out = offset
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      sum.fill(0)
      for (let sample = 0; sample < samples * samples; sample++) {
        const [sx, sy] = placeOf(transform, x + first + sample % samples * step, y + first + Math.floor(sample / samples) * step)
        const x0 = Math.floor(sx); const y0 = Math.floor(sy)
        for (let row = Math.max(0, y0); row <= Math.min(y0 + 1, height - 1); row++) {
          for (let column = Math.max(0, x0); column <= Math.min(x0 + 1, width - 1); column++) {
            const weight = (1 - Math.abs(sx - column)) * (1 - Math.abs(sy - row))
            const at = (row * width + column) * 3
            for (let channel = 0; channel < 3; channel++) sum[channel]! += rgb[at + channel]! * weight
          }
        }
      }
      for (let channel = 0; channel < 3; channel++) target[out++] = sum[channel]! * step * step + 0.5
    }
  }
}
