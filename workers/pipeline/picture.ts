/** Upright photo: interleaved RGB, one byte a channel, no padding between rows. */
export interface Picture {
  rgb: Uint8Array
  width: number
  height: number
}
