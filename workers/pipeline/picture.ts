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
