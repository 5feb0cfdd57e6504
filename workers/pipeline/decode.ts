import sharp, { type Metadata, type Sharp } from 'sharp'
import { imageFormat } from './image-format.ts'
import { PhotoError } from './photo-error.ts'
import type { Picture } from './picture.ts'

/** A shorter side cannot hold a face that is big enough to enrol. */
export const IMAGE_SIDE_MIN = 40
/** What shows through transparent pixels: mid-grey, which no network takes for a feature. */
const BACKDROP = { r: 128, g: 128, b: 128 }
const DECODE_SECONDS_MAX = 10

// One photo at a time per thread: libvips' own threads and caches would only compete with the pool.
sharp.concurrency(1)
sharp.cache(false)
// Loaders of formats that nobody may send stay shut, whatever a file's bytes persuade libvips to try.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadNsgifBuffer', 'VipsForeignLoadHeifBuffer'
  ]
})

async function readable<T> (step: Promise<T>): Promise<T> {
  try {
    return await step
  } catch (cause) {
    throw new PhotoError('IMAGE_UNREADABLE', { cause })
  }
}

function checkSize ({ width, height }: Metadata, imagePixelsMax: number): void {
  if (width * height > imagePixelsMax) throw new PhotoError('IMAGE_TOO_LARGE')
  if (Math.min(width, height) < IMAGE_SIDE_MIN) throw new PhotoError('IMAGE_TOO_SMALL')
}

async function raw (image: Sharp): Promise<Picture> {
  const { data, info } = await readable(image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }))
  return { rgb: data, width: info.width, height: info.height }
}

/**
 * Decodes a photo to sRGB, turned upright by its EXIF orientation; the first frame of an animation.
 * `imagePixelsMax` is held against the header before any pixel is decoded.
 * Throws {@link PhotoError} for every photo that cannot be used.
 */
export async function decodePhoto (bytes: Uint8Array, imagePixelsMax: number): Promise<Picture> {
  if (imageFormat(bytes) === null) throw new PhotoError('UNSUPPORTED_IMAGE')
  checkSize(await readable(sharp(bytes, { limitInputPixels: false }).metadata()), imagePixelsMax)
  const image = sharp(bytes, { failOn: 'error', limitInputPixels: imagePixelsMax })
  return raw(image.timeout({ seconds: DECODE_SECONDS_MAX }).autoOrient().flatten({ background: BACKDROP }).toColourspace('srgb'))
}

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
  const framed = await raw(sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize({ ...inner, fit: 'fill', kernel: 'linear' })
    .extend({ left, top, right: side - inner.width - left, bottom: side - inner.height - top, background: BACKDROP }))
  return { ...framed, scale, left, top }
}
