import { halveByKernel } from '../kernels/halve.ts'

/** Upright photo: interleaved RGB, one byte a channel, no padding between rows. */
export interface Picture {
  rgb: Uint8Array
  width: number
  height: number
  /** The picture as it was sent, if this is a brighter copy. */
  darker?: Picture
  /** What {@link halved} made of it. In a WeakMap it would outlive the photo until V8 collects old objects. */
  half?: Picture
}

/** What stands where a picture has no pixels: no network takes it for a feature. */
export const MID_GREY = { r: 128, g: 128, b: 128 }

/**
 * The picture with half as many pixels in each direction, each the average of four; an odd last row or column is
 * dropped. Made once for each picture.
 */
export function halved (picture: Picture): Picture {
  if (picture.half) return picture.half
  const { rgb, width, height } = picture
  picture.half = { rgb: halveByKernel(rgb, width, height), width: width >> 1, height: height >> 1 }
  return picture.half
}
