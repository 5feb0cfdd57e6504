import sharp from 'sharp'
import { MID_GREY, type Picture } from './picture.ts'

/** The picture resized to fit in a square of `side` pixels with grey bars around it, centred, and how to get back. */
export interface Letterbox extends Picture {
  /** Pixels of the letterbox per pixel of the picture. */
  scale: number
  /** Where the picture's left upper corner lies in the letterbox. */
  left: number
  top: number
}

/**
 * Fits a picture into a square of `side` pixels, as large as it goes times `fill` (0..1],
 * averaging over areas when it shrinks.
 */
export async function letterbox ({ rgb, width, height }: Picture, side: number, fill: number): Promise<Letterbox> {
  const scale = side * fill / Math.max(width, height)
  const inner = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
  const left = Math.floor((side - inner.width) / 2)
  const top = Math.floor((side - inner.height) / 2)
  const resized = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize({ ...inner, fit: 'fill', kernel: 'linear' }).raw().toBuffer()
  // Row by row: the same by libvips takes longer than the resizing.
  const framed = new Uint8Array(side * side * 3).fill(MID_GREY.r)
  for (let row = 0; row < inner.height; row++) {
    framed.set(resized.subarray(row * inner.width * 3, (row + 1) * inner.width * 3), ((top + row) * side + left) * 3)
  }
  return { rgb: framed, width: side, height: side, scale, left, top }
}
