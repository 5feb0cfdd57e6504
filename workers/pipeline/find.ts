import { CHIP_SIDE, LANDMARK_SIDE, type Backend, type Box, type Detection } from '../backends/backend.ts'
import { chipTransform, FACE_SIDE, INNER_LANDMARKS } from './align.ts'
import { brighten } from './brighten.ts'
import { detectFaces, LOOKS, type Look } from './detect.ts'
import { findLandmarks, landmarksInView, type Landmarks } from './landmarks.ts'
import type { Picture } from './picture.ts'
import type { Lap } from './stopwatch.ts'
import { placeOf, scaleOf, type Similarity } from './warp.ts'

/** A detection that the landmark network agrees with. */
export interface FoundFace {
  /** The photo that it was found in: brighter than the one given if that was too dark. */
  picture: Picture
  detection: Detection
  landmarks: Landmarks
  /** From the chip's to the picture's pixels. */
  transform: Similarity
}

/** With such a score of tiny_face_detector the landmarks held in all of 243 cases; ssd_mobilenetv1 is less modest. */
const SCORE_SURE = 0.9

/** Landmarks that move further than this do not lie on a face. Of 1,115 portraits, 99 % stay below 0.04. */
const SHIFT_MAX = 0.1
/** Side of the second view in pixels of the chip, and how far below the chip's middle its centre lies: brow to chin. */
const VIEW_SIDE = 140
const VIEW_DOWN = 7

/** The view of the upright face that `transform` brings into the chip. */
function secondView (transform: Similarity): Similarity {
  const scale = VIEW_SIDE / LANDMARK_SIDE
  const corner = (CHIP_SIDE - VIEW_SIDE) / 2 + scale / 2 - 0.5
  const [tx, ty] = placeOf(transform, corner, corner + VIEW_DOWN)
  return { a: transform.a * scale, b: transform.b * scale, tx, ty }
}

/**
 * How far the landmarks move when they are looked for again in the upright view that they give, as a share of the face's
 * size: the less, the surer it is a face.
 */
async function landmarkShift (backend: Backend, { picture, landmarks, transform }: FoundFace): Promise<number> {
  const again = await landmarksInView(backend, picture, secondView(transform))
  let moved = 0
  for (const i of INNER_LANDMARKS) {
    moved += Math.hypot(again[2 * i]! - landmarks[2 * i]!, again[2 * i + 1]! - landmarks[2 * i + 1]!)
  }
  return moved / INNER_LANDMARKS.length / (FACE_SIDE * scaleOf(transform))
}

/** The face in this place, unless the landmarks say that it is none; they are not asked if the detector is `sure`. */
async function confirm (backend: Backend, picture: Picture, detection: Detection, sure = false): Promise<FoundFace | null> {
  const landmarks = await findLandmarks(backend, picture, detection)
  const face = { picture, detection, landmarks, transform: chipTransform(landmarks) }
  return sure || await landmarkShift(backend, face) <= SHIFT_MAX ? face : null
}

async function search (backend: Backend, picture: Picture, lap: Lap): Promise<FoundFace | null> {
  for (const look of LOOKS) {
    const detections = await detectFaces(backend, picture, look)
    lap('detect')
    for (const detection of detections) {
      const sure = look.detector === 'tiny_face_detector' && detection.score >= SCORE_SURE
      const face = await confirm(backend, picture, detection, sure)
      lap('landmarks')
      if (face) return face
    }
  }
  return null
}

/** The largest face of the picture, or null. */
export async function findFace (backend: Backend, picture: Picture, lap: Lap): Promise<FoundFace | null> {
  const face = await search(backend, picture, lap)
  if (face) return face
  const brighter = await brighten(picture)
  return brighter && search(backend, brighter, lap)
}

/** The box in a picture of the same photo whose sides are `times` larger. */
export const magnified = ({ left, top, width, height }: Box, times: number): Box =>
  ({ left: left * times, top: top * times, width: width * times, height: height * times })

/**
 * The same face in a picture of the same photo whose sides are `times` larger, lit in the same way; the face as it was if
 * the larger picture does not confirm it.
 */
export async function lookCloser (backend: Backend, face: FoundFace, larger: Picture, times: number): Promise<FoundFace> {
  const detection = { score: face.detection.score, ...magnified(face.detection, times) }
  const picture = face.picture.darker ? await brighten(larger) ?? larger : larger
  return await confirm(backend, picture, detection) ?? face
}

const contains = (box: Box, { left, top, width, height }: Box): boolean => {
  const [x, y] = [left + width / 2, top + height / 2]
  return x > box.left && x < box.left + box.width && y > box.top && y < box.top + box.height
}

/** Two boxes of one face: each holds the other's centre. */
const isSame = (one: Box, other: Box): boolean => contains(one, other) && contains(other, one)

/** What every look makes of a photo in which one face was found. */
export interface SecondOpinion {
  /** The best score that each detector gives the face, 0..1; 0 if it does not see it. */
  scores: Record<Look['detector'], number>
  /** How far its landmarks move in a second view, as a share of its size. */
  shift: number
  /** No look shows another face. */
  alone: boolean
}

/** Looks at the whole photo again, with both detectors: is this really a face, and is it the only one? */
export async function secondOpinion (backend: Backend, face: FoundFace): Promise<SecondOpinion> {
  const { picture, detection: box } = face
  const shift = await landmarkShift(backend, face)
  const opinion: SecondOpinion = { scores: { tiny_face_detector: 0, ssd_mobilenetv1: 0 }, shift, alone: true }
  for (const look of LOOKS) {
    // The frame is for large faces that a detector misses, or is not sure of, without it.
    if (look.fill < 1 && opinion.scores[look.detector] >= SCORE_SURE) continue
    for (const detection of await detectFaces(backend, picture, look)) {
      if (isSame(detection, box)) {
        opinion.scores[look.detector] = Math.max(opinion.scores[look.detector], detection.score)
      } else if (opinion.alone) {
        opinion.alone = await confirm(backend, picture, detection) === null
      }
    }
  }
  return opinion
}
