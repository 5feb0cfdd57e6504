import type { Landmarks } from './landmarks.ts'
import { fitSimilarity, type Point } from './similarity.ts'
import type { Similarity } from './warp.ts'

/**
 * Where ArcFace-style networks see both eyes, the tip of the nose and the corners of the mouth, in a chip of 112 pixels,
 * and the landmarks whose middle each of them is. From insightface, `face_align.py` (MIT licence).
 */
const TEMPLATE: ReadonlyArray<[place: Point, landmarks: readonly number[]]> = [
  [[38.2946, 51.6963], [36, 37, 38, 39, 40, 41]],
  [[73.5318, 51.5014], [42, 43, 44, 45, 46, 47]],
  [[56.0252, 71.7366], [30]],
  [[41.5493, 92.3655], [48]],
  [[70.7299, 92.2041], [54]]
]
const PLACES = TEMPLATE.map(([place]) => place)

function middleOf (landmarks: Landmarks, indices: readonly number[]): Point {
  let x = 0; let y = 0
  for (const i of indices) {
    x += landmarks[2 * i]! / indices.length
    y += landmarks[2 * i + 1]! / indices.length
  }
  return [x, y]
}

/** The similarity transform from the pixels of an ArcFace chip to those of the picture. */
export function fivePointTransform (landmarks: Landmarks): Similarity {
  return fitSimilarity(PLACES, TEMPLATE.map(([, indices]) => middleOf(landmarks, indices)))
}
