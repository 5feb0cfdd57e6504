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

function halve ({ rgb, width, height }: Picture): Picture {
  const half = { width: width >> 1, height: height >> 1 }
  const out = new Uint8Array(half.width * half.height * 3)
  let at = 0
  for (let y = 0; y < half.height; y++) {
    let top = 2 * y * width * 3
    for (let x = 0; x < half.width; x++, top += 6) {
      const below = top + width * 3
      out[at++] = (rgb[top]! + rgb[top + 3]! + rgb[below]! + rgb[below + 3]! + 2) >> 2
      out[at++] = (rgb[top + 1]! + rgb[top + 4]! + rgb[below + 1]! + rgb[below + 4]! + 2) >> 2
      out[at++] = (rgb[top + 2]! + rgb[top + 5]! + rgb[below + 2]! + rgb[below + 5]! + 2) >> 2
    }
  }
  return { ...half, rgb: out }
}

/** The picture with half as many pixels in each direction, each the average of four; an odd last row or column is dropped. */
export function halved (picture: Picture): Picture {
  const known = halves.get(picture)
  if (known) return known
  const half = halve(picture)
  halves.set(picture, half)
  return half
}
