import { LANDMARK_COUNT, LANDMARK_SIDE, type Backend } from '../backends/backend.ts'
import { type Box } from '../protocol.ts'
import type { Picture } from './picture.ts'
import { placeOf, warp, type Similarity } from './warp.ts'

/** x, y of the 68 points of the iBUG 300-W scheme, in pixels of the picture. */
export type Landmarks = Float64Array

/**
 * Where the network's coordinate 0 lies, in the view's pixels. One would expect -0.5, the edge of the first pixel,
 * but what it finds is too far left and too high by 0.85 pixels: so much do the points of 1,115 faces and those of
 * their mirror images disagree about the middle, and so far are they above those of dlib's landmark predictor
 * (docs/accuracy.md).
 */
const ORIGIN = 0.35

/** What the network finds in the square view that `view` cuts out of the picture, {@link LANDMARK_SIDE} pixels wide. */
export async function landmarksInView (backend: Backend, picture: Picture, view: Similarity): Promise<Landmarks> {
  const points = await backend.landmarks(warp(picture, view, LANDMARK_SIDE), 1)
  const landmarks = new Float64Array(LANDMARK_COUNT * 2)
  for (let i = 0; i < landmarks.length; i += 2) {
    const x = points[i]! * LANDMARK_SIDE + ORIGIN
    const y = points[i + 1]! * LANDMARK_SIDE + ORIGIN
    landmarks.set(placeOf(view, x, y), i)
  }
  return landmarks
}

/**
 * Finds the 68 landmarks of the face in `box`. The network sees the square around the box's centre whose side is
 * the box's longer side.
 */
export function findLandmarks (backend: Backend, picture: Picture, box: Box): Promise<Landmarks> {
  const side = Math.max(box.width, box.height)
  const left = box.left + (box.width - side) / 2
  const top = box.top + (box.height - side) / 2
  const scale = side / LANDMARK_SIDE
  return landmarksInView(backend, picture, { a: scale, b: 0, tx: left + scale / 2 - 0.5, ty: top + scale / 2 - 0.5 })
}
