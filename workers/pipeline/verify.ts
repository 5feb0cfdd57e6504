import { SSD_SIDE, CHIP_SIDE, type Backend, type Detection } from '../backends/backend.ts'
import type { Box } from '../protocol.ts'
import { FACE_SIDE } from './align.ts'
import { confirm, landmarkShift, SHIFT_MAX, SHIFT_SURE, type FoundFace } from './confirm.ts'
import { detectFaces, type Look } from './detect.ts'
import { isLikely, SCORE_SURE } from './find.ts'
import { placeOf, scaleOf, warp } from './warp.ts'

/** What a closer look makes of a photo in which a face was found. */
export interface Verification {
  /** How sure it is a face, 0..1. */
  score: number
  /** How far its landmarks move in a second view, as a share of its size. */
  shift: number
  /** Nobody else stands before the camera. */
  alone: boolean
}

/** Somebody whose face is less than this share as high as the other one's stands far behind. */
const FAR_BEHIND = 1 / 3
/** Side of a close-up in pixels, and the sides of the face in it that tiny_face_detector knows best. */
const CLOSE_UP_SIDE = 160
const CLOSE_UP_FACES = [45, 60]
/** A face of which the close-ups are not surer is shown to ssd_mobilenetv1 as well: 4 portraits in 100. */
const SCORE_DOUBTFUL = 0.8
/** In a look at the whole photo tiny_face_detector sees faces from about 22 pixels on, and is unsure above 100. */
const SIDES = [160, 224, 320, 480, 640]
const FACE_MIN = 22
const FACE_MAX = 100
/** Other detections of one look that are examined, the best first. */
const OTHERS_MAX = 12

const contains = (box: Box, { left, top, width, height }: Box): boolean => {
  const [x, y] = [left + width / 2, top + height / 2]
  return x > box.left && x < box.left + box.width && y > box.top && y < box.top + box.height
}

/** Two boxes of one face: each holds the other's centre. */
const isSame = (one: Box, other: Box): boolean => contains(one, other) && contains(other, one)

/** Side of the face in the picture's pixels, by its landmarks: the detectors' boxes differ. */
const sizeOf = ({ transform }: FoundFace): number => FACE_SIDE * scaleOf(transform)

/** Whether the picture's edge leaves the head whole: all that the chip shows. */
function isWhole ({ transform, picture }: FoundFace): boolean {
  const middle = (CHIP_SIDE - 1) / 2
  const [x, y] = placeOf(transform, middle, middle)
  const reach = CHIP_SIDE / 2 * scaleOf(transform)
  return x >= reach && y >= reach && x <= picture.width - reach && y <= picture.height - reach
}

/** Whether the other face, too, is one that stands before the camera: not far behind, and not half in the picture. */
const competes = (other: FoundFace, face: FoundFace): boolean =>
  sizeOf(other) >= FAR_BEHIND * sizeOf(face) && isWhole(other)

/** The best score that tiny_face_detector gives the face in upright views of it. */
async function closeUpScore (backend: Backend, { picture, transform }: FoundFace): Promise<number> {
  const middle = { left: 0, top: 0, width: CLOSE_UP_SIDE, height: CLOSE_UP_SIDE }
  let best = 0
  for (const face of CLOSE_UP_FACES) {
    const times = FACE_SIDE / face
    const corner = (CHIP_SIDE - 1) / 2 - times * (CLOSE_UP_SIDE - 1) / 2
    const [tx, ty] = placeOf(transform, corner, corner)
    const view = warp(picture, { a: transform.a * times, b: transform.b * times, tx, ty }, CLOSE_UP_SIDE)
    for (const box of await backend.detect('tiny_face_detector', view, CLOSE_UP_SIDE)) {
      if (contains(box, middle)) best = Math.max(best, box.score)
    }
  }
  return best
}

/** The looks that show faces from a third as large as this one to one larger. */
function looksBeside (face: FoundFace): Look[] {
  const { width, height } = face.picture
  const share = sizeOf(face) / Math.max(width, height)
  const finest = SIDES.find((side) => side * share * FAR_BEHIND >= FACE_MIN) ?? SIDES.at(-1)!
  const sides = SIDES.filter((side) => side === finest || (side < finest && side * share >= FACE_MAX * FAR_BEHIND))
  return sides.map((side) => ({ detector: 'tiny_face_detector', side, fill: 1 }))
}

/** Whether a look shows somebody else before the camera. */
async function showsAnother (backend: Backend, face: FoundFace, detections: readonly Detection[]): Promise<boolean> {
  const others = detections.filter((detection) => !isSame(detection, face.detection)).slice(0, OTHERS_MAX)
  for (const detection of others) {
    const other = await confirm(backend, face.picture, detection, isLikely(detection) ? SHIFT_MAX : SHIFT_SURE)
    if (other && competes(other, face)) return true
  }
  return false
}

/** The score that ssd_mobilenetv1 gives the face: without a frame, and unless it is sure then, with one. */
async function thoroughScore (backend: Backend, { picture, detection: box }: FoundFace): Promise<number> {
  let best = 0
  for (const fill of [1, 0.5]) {
    if (best >= SCORE_SURE) break
    const seen = await detectFaces(backend, picture, { detector: 'ssd_mobilenetv1', side: SSD_SIDE, fill })
    best = Math.max(best, ...seen.filter((other) => isSame(other, box)).map(({ score }) => score))
  }
  return best
}

/** Looks at the photo again: is this really a face, and is it the only one before the camera? */
export async function verifyAlone (backend: Backend, face: FoundFace): Promise<Verification> {
  const shift = await landmarkShift(backend, face)
  let score = await closeUpScore(backend, face)
  for (const look of looksBeside(face)) {
    const detections = await detectFaces(backend, face.picture, look)
    if (await showsAnother(backend, face, detections)) return { score, shift, alone: false }
  }
  // Only what both detectors take for a face is one: their geometric mean.
  if (score < SCORE_DOUBTFUL) score = Math.sqrt(score * await thoroughScore(backend, face))
  return { score, shift, alone: true }
}
