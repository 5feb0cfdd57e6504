import type { Landmarks } from './landmarks.ts'
import { fitSimilarity, type Point } from './similarity.ts'
import type { Similarity } from './warp.ts'

/** Both eyes, the tip of the nose and the corners of the mouth, as places in a chip, in pixels. */
export type FivePoints = readonly [leftEye: Point, rightEye: Point, nose: Point, leftMouth: Point, rightMouth: Point]

/** In a chip of 112 pixels; from insightface, `face_align.py` (MIT licence), for all ArcFace-style networks. */
export const ARCFACE_POINTS: FivePoints = [
  [38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]
]

/** In a chip of 128 pixels; from Open Model Zoo's description of face-reidentification-retail-0095 (Apache-2.0). */
export const RETAIL_POINTS: FivePoints = [
  [40.3968, 59.0848], [87.3856, 59.0848], [64.0384, 81.984], [44.736, 105.5616], [83.6352, 105.5616]
]

/** The landmarks whose middle each point is. */
const LANDMARKS: ReadonlyArray<readonly number[]> = [
  [36, 37, 38, 39, 40, 41], [42, 43, 44, 45, 46, 47], [30], [48], [54]
]

function middleOf (landmarks: Landmarks, indices: readonly number[]): Point {
  let x = 0; let y = 0
  for (const i of indices) {
    x += landmarks[2 * i]! / indices.length
    y += landmarks[2 * i + 1]! / indices.length
  }
  return [x, y]
}

/** The five points of a face, as x, y. */
export const fivePointsOf = (landmarks: Landmarks): Point[] =>
  LANDMARKS.map((indices) => middleOf(landmarks, indices))

/** The similarity transform from the pixels of a chip with these points to those of the picture. */
export function fivePointTransform (points: FivePoints, landmarks: Landmarks): Similarity {
  return fitSimilarity(points, fivePointsOf(landmarks))
}
