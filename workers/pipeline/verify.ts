import { SSD_SIDE, CHIP_SIDE, type Backend, type Detection } from '../backends/backend.ts'
import { FACE_SIDE } from './align.ts'
import { confirm, faceSquare, landmarkShift, SHIFT_MAX, SHIFT_SURE, type FoundFace } from './confirm.ts'
import { contains, detectFaces, isSame, type Look } from './detect.ts'
import { isLikely, SCORE_SURE } from './find.ts'
import type { Picture } from './picture.ts'
import { placeOf, scaleOf, warp } from './warp.ts'

/** What a closer look makes of a face. */
export interface Verification {
  /** How sure it is a face, 0..1. */
  score: number
  /** How far its landmarks move in a second view, as a share of its size. */
  shift: number
}

/** What ssd_mobilenetv1 has seen in each picture, without a frame and with one: once for all faces. */
export type ThoroughLooks = Map<Picture, Detection[][]>

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

const sizeOf = (face: FoundFace): number => faceSquare(face).width

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
async function thoroughScore (
  backend: Backend, { picture, detection: box }: FoundFace, seen: ThoroughLooks
): Promise<number> {
  const looks = seen.get(picture) ?? []
  seen.set(picture, looks)
  let best = 0
  for (const [i, fill] of [1, 0.5].entries()) {
    if (best >= SCORE_SURE) break
    const look: Look = { detector: 'ssd_mobilenetv1', side: SSD_SIDE, fill }
    const detections = looks[i] ??= await detectFaces(backend, picture, look)
    best = Math.max(best, ...detections.filter((other) => isSame(other, box)).map(({ score }) => score))
  }
  return best
}

/** Looks at the face again: is it really one? */
export async function verifyFace (
  backend: Backend, face: FoundFace, seen: ThoroughLooks = new Map()
): Promise<Verification> {
  const shift = await landmarkShift(backend, face)
  const score = await closeUpScore(backend, face)
  // Only what both detectors take for a face is one: their geometric mean.
  return { shift, score: score < SCORE_DOUBTFUL ? Math.sqrt(score * await thoroughScore(backend, face, seen)) : score }
}

/** Whether nobody else stands before the camera. */
export async function isAlone (backend: Backend, face: FoundFace): Promise<boolean> {
  for (const look of looksBeside(face)) {
    if (await showsAnother(backend, face, await detectFaces(backend, face.picture, look))) return false
  }
  return true
}
