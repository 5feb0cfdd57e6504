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
  const framed = sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize({ ...inner, fit: 'fill', kernel: 'linear' })
    .extend({ left, top, right: side - inner.width - left, bottom: side - inner.height - top, background: MID_GREY })
  return { rgb: await framed.raw().toBuffer(), width: side, height: side, scale, left, top }
}
