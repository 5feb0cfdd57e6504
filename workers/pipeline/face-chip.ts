import sharp from 'sharp'
import { LANDMARK_COUNT } from '../backends/backend.ts'
import { CHIP_BYTES_MAX, CHIP_IMAGE_AT, CHIP_VERSION } from '../protocol.ts'
import { chipTransform } from './align.ts'
import type { PlacedFace } from './confirm.ts'
import { readable } from './decode.ts'
import { PhotoError } from './photo-error.ts'
import { halved } from './picture.ts'
import { ALIGNMENTS } from './recognizer.ts'
import { HALVE_FROM, placeOf, scaleOf } from './warp.ts'

/**
 * Qualities of JPEG with all colours (4:4:4), and how large a face becomes with them, as a share of the first; measured
 * on photos of cameras. WebP, which halves the resolution of colours, moves encodings further at the same size.
 */
const QUALITIES: ReadonlyArray<readonly [quality: number, share: number]> = [
  [100, 1], [99, 0.8], [97, 0.57], [95, 0.46], [93, 0.38], [90, 0.32], [85, 0.25], [80, 0.21], [70, 0.16], [50, 0.11],
  [25, 0.07]
]
/** Room for the neighbours of samples, as in warp.ts. */
const MARGIN = 2
/** No chip has more pixels. */
const PIXELS_MAX = 2 ** 20

/** The face in as few pixels as every alignment takes it from: they halve a picture that is large enough. */
function reduced ({ picture, landmarks, transform }: PlacedFace): PlacedFace {
  if (scaleOf(transform) < HALVE_FROM) return { picture, landmarks, transform }
  // The centre of pixel x of the halved picture lies at 2x + ½ of this one.
  const { a, b, tx, ty } = transform
  return reduced({
    picture: halved(picture),
    landmarks: landmarks.map((value) => value / 2 - 0.25),
    transform: { a: a / 2, b: b / 2, tx: tx / 2 - 0.25, ty: ty / 2 - 0.25 }
  })
}

/** The part of the picture that holds what every alignment of the catalogue takes; null if there is no such part. */
function partOf (face: PlacedFace): { left: number, top: number, width: number, height: number } | null {
  const { width, height } = face.picture
  const corners = Object.values(ALIGNMENTS).flatMap(({ side, transformOf }) => {
    const ends = [-0.5, side - 0.5]
    return ends.flatMap((y) => ends.map((x) => placeOf(transformOf(face), x, y)))
  })
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)]
  // Even, as an alignment that halves its picture takes the same pixels together then.
  const even = (start: number): number => 2 * Math.floor(Math.max(0, start - MARGIN) / 2)
  const [left, top] = [even(Math.min(...xs)), even(Math.min(...ys))]
  const right = Math.min(width, Math.ceil(Math.max(...xs)) + MARGIN + 1)
  const bottom = Math.min(height, Math.ceil(Math.max(...ys)) + MARGIN + 1)
  return right > left && bottom > top ? { left, top, width: right - left, height: bottom - top } : null
}

/**
 * A small picture of the face, from which every network of the catalogue can make its encoding: the pixels that the
 * alignments take, as JPEG, and the landmarks. At most {@link CHIP_BYTES_MAX}; null for a face that would not fit.
 */
export async function cutChip (face: PlacedFace): Promise<Uint8Array | null> {
  const { picture: { rgb, width, height }, ...placed } = reduced(face)
  const part = partOf({ picture: { rgb, width, height }, ...placed })
  if (!part) return null
  const pixels = await sharp(rgb, { raw: { width, height, channels: 3 } }).extract(part).raw().toBuffer()
  const raw = { width: part.width, height: part.height, channels: 3 as const }
  const room = CHIP_BYTES_MAX - CHIP_IMAGE_AT
  let whole = 0
  for (const [quality, share] of QUALITIES) {
    if (whole * share > room) continue
    const image = await sharp(pixels, { raw }).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer()
    if (image.length <= room) {
      return join(placed.landmarks.map((value, i) => value - (i % 2 === 0 ? part.left : part.top)), image)
    }
    whole = image.length / share
  }
  return null
}

function join (landmarks: Float64Array, image: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CHIP_IMAGE_AT + image.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = CHIP_VERSION
  for (const [i, value] of landmarks.entries()) view.setFloat32(1 + 4 * i, value, true)
  bytes.set(image, CHIP_IMAGE_AT)
  return bytes
}

/** The face in what {@link cutChip} made. Throws {@link PhotoError} for anything else. */
export async function openChip (bytes: Uint8Array): Promise<PlacedFace> {
  if (bytes.length <= CHIP_IMAGE_AT || bytes[0] !== CHIP_VERSION) throw new PhotoError('IMAGE_UNREADABLE')
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const landmarks = Float64Array.from({ length: 2 * LANDMARK_COUNT }, (_, i) => view.getFloat32(1 + 4 * i, true))
  const image = sharp(bytes.subarray(CHIP_IMAGE_AT), { failOn: 'error', limitInputPixels: PIXELS_MAX })
  const { data, info } = await readable(image.raw().toBuffer({ resolveWithObject: true }))
  const picture = { rgb: data, width: info.width, height: info.height }
  return { picture, landmarks, transform: chipTransform(landmarks) }
}
