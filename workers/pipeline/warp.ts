import { warpByKernel } from '../kernels/warp.ts'
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

/** A shrink to less than half takes its samples from a halved picture. */
export const HALVE_FROM = 2
/** Up to this shrink one sample for each target pixel is enough. */
const ONE_SAMPLE_UP_TO = 1.15
/** Room on each side for the neighbours of samples and for the rounding of steps. */
const MARGIN = 2

/** Where a target pixel lies in the source. */
export function placeOf ({ a, b, tx, ty }: Similarity, x: number, y: number): [x: number, y: number] {
  return [a * x - b * y + tx, b * x + a * y + ty]
}

/** Copies a part of the picture; what lies beyond its edges is black. */
function copyPart (
  { rgb, width, height }: Picture, left: number, top: number, partWidth: number, partHeight: number, part: Uint8Array
): void {
  const from = Math.min(Math.max(0, left), width)
  const to = Math.max(from, Math.min(left + partWidth, width))
  for (let row = 0; row < partHeight; row++) {
    const y = top + row
    const start = row * partWidth * 3
    const end = start + partWidth * 3
    if (y < 0 || y >= height || from === to) {
      part.fill(0, start, end)
      continue
    }
    part.fill(0, start, start + (from - left) * 3)
    part.set(rgb.subarray((y * width + from) * 3, (y * width + to) * 3), start + (from - left) * 3)
    part.fill(0, start + (to - left) * 3, end)
  }
}

/**
 * Cuts a square of `side` pixels out of the source picture seen through `transform`, as RGB. Bilinear; when the
 * picture shrinks, each target pixel averages over its whole area, so that detail turns into grey and not into noise.
 * Beyond its edges the source goes on black, as in dlib's `extract_image_chip`.
 */
export function warp (source: Picture, transform: Similarity, side: number): Uint8Array {
  const scale = scaleOf(transform)
  const { a, b, tx, ty } = transform
  if (scale >= HALVE_FROM) {
    // A line that is thinner than half a target pixel. What it would take to sample around it has no limit.
    if (source.width === 1 || source.height === 1) return new Uint8Array(side * side * 3)
    // The centre of pixel x of the halved picture lies at 2x + ½ of this one.
    return warp(halved(source), { a: a / 2, b: b / 2, tx: tx / 2 - 0.25, ty: ty / 2 - 0.25 }, side)
  }
  const samples = scale > ONE_SAMPLE_UP_TO ? Math.ceil(scale) : 1
  const corners = [-0.5, side - 0.5].flatMap((y) => [-0.5, side - 0.5].map((x) => placeOf(transform, x, y)))
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)]
  const [left, top] = [Math.floor(Math.min(...xs)) - MARGIN, Math.floor(Math.min(...ys)) - MARGIN]
  const [width, height] = [Math.ceil(Math.max(...xs)) + MARGIN - left, Math.ceil(Math.max(...ys)) + MARGIN - top]
  const first = 1 / samples / 2 - 0.5
  const [x, y] = placeOf(transform, first, first)
  return warpByKernel(width, height, (part) => copyPart(source, left, top, width, height, part), side, samples, {
    x: x - left, y: y - top, dx: a / samples, dy: b / samples
  })
}
