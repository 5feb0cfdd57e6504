import sharp, { type Metadata, type Sharp } from 'sharp'
import { imageFormat } from './image-format.ts'
import { PhotoError } from './photo-error.ts'
import { MID_GREY, type Picture } from './picture.ts'

/** A shorter side cannot hold a face that is big enough to enrol. */
export const IMAGE_SIDE_MIN = 40
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

/** Waits for the decoder. Throws {@link PhotoError} for what it refuses. */
export async function readable<T> (step: Promise<T>): Promise<T> {
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

/** What the header says: width and height as stored, before EXIF turns them. Throws {@link PhotoError}. */
async function readHeader (bytes: Uint8Array, imagePixelsMax: number): Promise<Metadata> {
  if (imageFormat(bytes) === null) throw new PhotoError('UNSUPPORTED_IMAGE')
  const header = await readable(sharp(bytes, { limitInputPixels: false }).metadata())
  checkSize(header, imagePixelsMax)
  return header
}

/** Decodes with sides so many times smaller, for which the decoder of JPEG does less work. */
function decodePixels (
  bytes: Uint8Array, imagePixelsMax: number, header: Metadata, reduction: number
): Promise<Picture> {
  const image = sharp(bytes, { failOn: 'error', limitInputPixels: imagePixelsMax })
    .timeout({ seconds: DECODE_SECONDS_MAX }).autoOrient()
  if (reduction > 1) {
    const side = Math.round(Math.max(header.width, header.height) / reduction)
    image.resize({ width: side, height: side, fit: 'inside', kernel: 'linear' })
  }
  // What a photo does not need costs a third of decoding it. Transparent pixels show mid-grey.
  if (header.hasAlpha) image.flatten({ background: MID_GREY })
  if (header.space !== 'srgb' || header.depth !== 'uchar') image.toColourspace('srgb')
  return raw(image)
}

/** A photo of which no more pixels are decoded than are needed. */
export interface Photo {
  /** Of the whole photo, upright, in pixels. */
  width: number
  height: number
  /** Large enough to find faces in. */
  picture: Picture
  /** How many times larger the sides of the photo are than those of the picture; 1 or more. */
  reduction: number
  /** Decodes every pixel. Throws {@link PhotoError}. */
  whole (): Promise<Picture>
}

/** The longer side of a reduced picture is at least this, which no detector's input exceeds. */
const REDUCED_SIDE_MIN = 960
const REDUCTIONS = [8, 4, 2]

/**
 * Decodes a photo as far as it takes to find faces in it, to sRGB, turned upright by its EXIF orientation; the first
 * frame of an animation. `imagePixelsMax` is held against the header before any pixel is decoded. Throws {@link
 * PhotoError} for every photo that cannot be used.
 */
export async function openPhoto (bytes: Uint8Array, imagePixelsMax: number): Promise<Photo> {
  const header = await readHeader(bytes, imagePixelsMax)
  const longer = Math.max(header.width, header.height)
  const reduction = header.format === 'jpeg' ? REDUCTIONS.find((times) => longer / times >= REDUCED_SIDE_MIN) ?? 1 : 1
  const picture = await decodePixels(bytes, imagePixelsMax, header, reduction)
  const { width, height } = header.autoOrient
  return {
    width,
    height,
    picture,
    reduction: longer / Math.max(picture.width, picture.height),
    whole: () => reduction === 1 ? Promise.resolve(picture) : decodePixels(bytes, imagePixelsMax, header, 1)
  }
}
