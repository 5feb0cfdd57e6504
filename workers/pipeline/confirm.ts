import { CHIP_SIDE, LANDMARK_SIDE, type Backend, type Detection } from '../backends/backend.ts'
import type { Box } from '../protocol.ts'
import { chipTransform, FACE_SIDE, INNER_LANDMARKS } from './align.ts'
import { findLandmarks, landmarksInView, type Landmarks } from './landmarks.ts'
import type { Picture } from './picture.ts'
import { placeOf, scaleOf, type Similarity } from './warp.ts'

/** A face in a picture, to be cut out. */
export interface PlacedFace {
  picture: Picture
  landmarks: Landmarks
  /** From the chip's to the picture's pixels. */
  transform: Similarity
}

/**
 * A detection that the landmark network agrees with, in the photo that it was found in: brighter than the one given if
 * that was too dark.
 */
export interface FoundFace extends PlacedFace {
  detection: Detection
}

/** Landmarks that move further than this do not lie on a face. Of 1,115 portraits, 99 % stay below 0.04. */
export const SHIFT_MAX = 0.1
/** The landmarks of an unlikely face may move no further than this: those of 97 portraits in 100 do not. */
export const SHIFT_SURE = 0.03
/** Side of the second view in pixels of the chip, and how far below the chip's middle its centre lies: brow to chin. */
const VIEW_SIDE = 140
const VIEW_DOWN = 7

/** The square of the face itself, in the picture's pixels, by its landmarks: the detectors' boxes differ. */
export function faceSquare ({ transform }: Pick<FoundFace, 'transform'>): Box {
  const middle = (CHIP_SIDE - 1) / 2
  const [x, y] = placeOf(transform, middle, middle)
  const side = FACE_SIDE * scaleOf(transform)
  return { left: x + 0.5 - side / 2, top: y + 0.5 - side / 2, width: side, height: side }
}

/** The view of the upright face that `transform` brings into the chip. */
function secondView (transform: Similarity): Similarity {
  const scale = VIEW_SIDE / LANDMARK_SIDE
  const corner = (CHIP_SIDE - VIEW_SIDE) / 2 + scale / 2 - 0.5
  const [tx, ty] = placeOf(transform, corner, corner + VIEW_DOWN)
  return { a: transform.a * scale, b: transform.b * scale, tx, ty }
}

/**
 * How far the landmarks move when they are looked for again in the upright view that they give, as a share of the
 * face's size: the less, the surer it is a face.
 */
export async function landmarkShift (backend: Backend, { picture, landmarks, transform }: FoundFace): Promise<number> {
  const again = await landmarksInView(backend, picture, secondView(transform))
  let moved = 0
  for (const i of INNER_LANDMARKS) {
    moved += Math.hypot(again[2 * i]! - landmarks[2 * i]!, again[2 * i + 1]! - landmarks[2 * i + 1]!)
  }
  return moved / INNER_LANDMARKS.length / (FACE_SIDE * scaleOf(transform))
}

/**
 * The face in this place, unless its landmarks move further than `shiftMax`; with Infinity they are not looked for
 * again.
 */
export async function confirm (
  backend: Backend, picture: Picture, detection: Detection, shiftMax = SHIFT_MAX
): Promise<FoundFace | null> {
  const landmarks = await findLandmarks(backend, picture, detection)
  const face = { picture, detection, landmarks, transform: chipTransform(landmarks) }
  return shiftMax === Infinity || await landmarkShift(backend, face) <= shiftMax ? face : null
}
