import { SSD_SIDE, type Backend, type Detection, type DetectorName } from '../backends/backend.ts'
import { type Box } from '../protocol.ts'
import { letterbox } from './letterbox.ts'
import type { Picture } from './picture.ts'

/** One way to look at a photo: with which detector, in a square of which side, and how much of that the photo fills. */
export interface Look {
  detector: DetectorName
  side: number
  fill: number
}

/**
 * From coarse to fine: the first look finds faces that take up a third of the photo, each further one smaller or
 * harder ones, so the first that finds a face in the middle finds the foremost. tiny_face_detector is both quick and,
 * on faces of the size it likes, surer than ssd_mobilenetv1, which misses 7 % of the portraits that fill the frame;
 * the last look puts the photo into a grey frame of twice its size and rescues most of what is left.
 */
export const LOOKS: readonly Look[] = [
  { detector: 'tiny_face_detector', side: 160, fill: 1 },
  { detector: 'tiny_face_detector', side: 320, fill: 1 },
  { detector: 'tiny_face_detector', side: 640, fill: 1 },
  { detector: 'ssd_mobilenetv1', side: SSD_SIDE, fill: 1 },
  { detector: 'ssd_mobilenetv1', side: SSD_SIDE, fill: 0.5 }
]

/** When all of {@link LOOKS} find nobody: sizes between theirs, in a copy with more contrast. */
export const LAST_LOOKS: readonly Look[] = [
  { detector: 'tiny_face_detector', side: 224, fill: 1 },
  { detector: 'tiny_face_detector', side: 128, fill: 1 }
]

/** Faces at least so many times as high as the tallest are of a comparable size. */
const COMPARABLE = 1 / 2

/** Pixels of the box that lie in the picture: half a face at the edge is not larger than a whole one of its size. */
function visibleArea ({ left, top, width, height }: Box, picture: Picture): number {
  const right = Math.min(picture.width, left + width)
  const bottom = Math.min(picture.height, top + height)
  return Math.max(0, right - Math.max(0, left)) * Math.max(0, bottom - Math.max(0, top))
}

/**
 * How much a face stands before the camera, in square pixels: its visible area less twice the squared distance of its
 * centre from the picture's, by which the alignment scripts of facenet (src/align/align_dataset_mtcnn.py) and
 * insightface choose among several faces.
 */
function prominence (box: Box, picture: Picture): number {
  const [x, y] = [box.left + box.width / 2 - picture.width / 2, box.top + box.height / 2 - picture.height / 2]
  return visibleArea(box, picture) - 2 * (x * x + y * y)
}

/** The face that stands before the camera: the most prominent one of those whose size is comparable to the largest. */
export function foremost<Face extends Box> (faces: readonly Face[], picture: Picture): Face | undefined {
  const tallest = Math.max(...faces.map(({ height }) => height))
  const comparable = faces.filter(({ height }) => height >= COMPARABLE * tallest)
  return comparable.sort((one, other) => prominence(other, picture) - prominence(one, picture))[0]
}

/** Whether the face is so near the middle that nobody else of its size can be more prominent. */
export const isCentral = (box: Box, picture: Picture): boolean => prominence(box, picture) > 0

export const contains = (box: Box, { left, top, width, height }: Box): boolean => {
  const [x, y] = [left + width / 2, top + height / 2]
  return x > box.left && x < box.left + box.width && y > box.top && y < box.top + box.height
}

/** Two boxes of one face: each holds the other's centre. */
export const isSame = (one: Box, other: Box): boolean => contains(one, other) && contains(other, one)

/** Faces that one look finds in the picture, in its pixels. */
export async function detectFaces (
  backend: Backend, picture: Picture, { detector, side, fill }: Look
): Promise<Detection[]> {
  const { rgb, scale, left, top } = await letterbox(picture, side, fill)
  const found = await backend.detect(detector, rgb, side)
  return found.map((box) => ({
    score: box.score,
    left: (box.left - left) / scale,
    top: (box.top - top) / scale,
    width: box.width / scale,
    height: box.height / scale
  }))
}
