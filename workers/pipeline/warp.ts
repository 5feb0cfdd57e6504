import type { Picture } from './picture.ts'

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

/** Samples along one side of a target pixel are limited to this many; it covers a shrink to a sixteenth. */
const SAMPLES_MAX = 16

/**
 * Fills a square of `side` pixels in `target` (RGB, from `offset`) with the source picture seen through `transform`.
 * Bilinear; when the picture shrinks, each target pixel averages samples over its whole area, so that detail turns
 * into grey and not into noise. Beyond its edges the source goes on black, as in dlib's `extract_image_chip`.
 */
export function warp (source: Picture, transform: Similarity, side: number, target: Uint8Array, offset: number): void {
  const { rgb, width, height } = source
  const { a, b, tx, ty } = transform
  const samples = Math.min(SAMPLES_MAX, Math.max(1, Math.ceil(scaleOf(transform) - 0.05)))
  const weight = 1 / (samples * samples)
  let out = offset
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let red = 0; let green = 0; let blue = 0
      for (let j = 0; j < samples; j++) {
        const v = y + (j + 0.5) / samples - 0.5
        for (let i = 0; i < samples; i++) {
          const u = x + (i + 0.5) / samples - 0.5
          const sx = a * u - b * v + tx
          const sy = b * u + a * v + ty
          const x0 = Math.floor(sx); const y0 = Math.floor(sy)
          if (x0 < -1 || y0 < -1 || x0 >= width || y0 >= height) continue
          const fx = sx - x0; const fy = sy - y0
          const left = x0 >= 0 ? 1 - fx : 0; const right = x0 + 1 < width ? fx : 0
          const top = y0 >= 0 ? 1 - fy : 0; const bottom = y0 + 1 < height ? fy : 0
          const at = (y0 * width + x0) * 3
          const below = at + width * 3
          // A corner outside the picture has weight 0; its index is replaced by one that exists.
          const p00 = left * top > 0 ? at : 0; const p10 = right * top > 0 ? at + 3 : 0
          const p01 = left * bottom > 0 ? below : 0; const p11 = right * bottom > 0 ? below + 3 : 0
          const w00 = left * top; const w10 = right * top; const w01 = left * bottom; const w11 = right * bottom
          red += rgb[p00]! * w00 + rgb[p10]! * w10 + rgb[p01]! * w01 + rgb[p11]! * w11
          green += rgb[p00 + 1]! * w00 + rgb[p10 + 1]! * w10 + rgb[p01 + 1]! * w01 + rgb[p11 + 1]! * w11
          blue += rgb[p00 + 2]! * w00 + rgb[p10 + 2]! * w10 + rgb[p01 + 2]! * w01 + rgb[p11 + 2]! * w11
        }
      }
      target[out++] = red * weight + 0.5
      target[out++] = green * weight + 0.5
      target[out++] = blue * weight + 0.5
    }
  }
}
