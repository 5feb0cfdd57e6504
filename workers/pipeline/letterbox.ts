import sharp from 'sharp'
import { halved, MID_GREY, type Picture } from './picture.ts'

/** The picture resized to fit in a square of `side` pixels with grey bars around it, centred, and how to get back. */
export interface Letterbox extends Picture {
  /** Pixels of the letterbox per pixel of the picture. */
  scale: number
  /** Where the picture's left upper corner lies in the letterbox. */
  left: number
  top: number
}

/**
 * The picture in exactly this size. What is more than twice as large is halved first, which takes a tenth of the
 * time.
 */
async function shrink (picture: Picture, width: number, height: number): Promise<Uint8Array> {
  let from = picture
  const isEven = ({ width, height }: Picture): boolean => width % 2 === 0 && height % 2 === 0
  while (from.width >= 2 * width && from.height >= 2 * height && isEven(from)) from = halved(from)
  if (from.width === width && from.height === height) return from.rgb
  return sharp(from.rgb, { raw: { width: from.width, height: from.height, channels: 3 } })
    .resize({ width, height, fit: 'fill', kernel: 'linear' }).raw().toBuffer()
}

/**
 * Fits a picture into a square of `side` pixels, as large as it goes times `fill` (0..1],
 * averaging over areas when it shrinks.
 */
export async function letterbox (picture: Picture, side: number, fill: number): Promise<Letterbox> {
  const { width, height } = picture
  const scale = side * fill / Math.max(width, height)
  const inner = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
  const left = Math.floor((side - inner.width) / 2)
  const top = Math.floor((side - inner.height) / 2)
  const resized = await shrink(picture, inner.width, inner.height)
  // Row by row: the same by libvips takes longer than the resizing.
  const framed = new Uint8Array(side * side * 3).fill(MID_GREY.r)
  for (let row = 0; row < inner.height; row++) {
    framed.set(resized.subarray(row * inner.width * 3, (row + 1) * inner.width * 3), ((top + row) * side + left) * 3)
  }
  return { rgb: framed, width: side, height: side, scale, left, top }
}
