import { halveByKernel } from '../kernels/halve.ts'

/** Upright photo: interleaved RGB, one byte a channel, no padding between rows. */
export interface Picture {
  rgb: Uint8Array
  width: number
  height: number
  /** The picture as it was sent, if this is a brighter copy. */
  darker?: Picture
}

/** What stands where a picture has no pixels: no network takes it for a feature. */
export const MID_GREY = { r: 128, g: 128, b: 128 }

/** Made once for each picture, and gone with it. */
const halves = new WeakMap<Picture, Picture>()

/** The picture with half as many pixels in each direction, each the average of four; an odd last row or column is dropped. */
export function halved (picture: Picture): Picture {
  const known = halves.get(picture)
  if (known) return known
  const { rgb, width, height } = picture
  const half = { rgb: halveByKernel(rgb, width, height), width: width >> 1, height: height >> 1 }
  halves.set(picture, half)
  return half
}
