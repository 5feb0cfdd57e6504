import type { Backend } from '../backends/backend.ts'
import type { Box } from '../protocol.ts'
import { confirm, landmarkShift, type FoundFace } from './confirm.ts'
import { detectFaces, LOOKS, type Look } from './detect.ts'
import { isLikely, SCORE_SURE } from './find.ts'

const contains = (box: Box, { left, top, width, height }: Box): boolean => {
  const [x, y] = [left + width / 2, top + height / 2]
  return x > box.left && x < box.left + box.width && y > box.top && y < box.top + box.height
}

/** Two boxes of one face: each holds the other's centre. */
const isSame = (one: Box, other: Box): boolean => contains(one, other) && contains(other, one)

/** What every look makes of a photo in which one face was found. */
export interface Verification {
  /** The best score that each detector gives the face, 0..1; 0 if it does not see it. */
  scores: Record<Look['detector'], number>
  /** How far its landmarks move in a second view, as a share of its size. */
  shift: number
  /** No look shows another face. */
  alone: boolean
}

/** Looks at the whole photo again, with both detectors: is this really a face, and is it the only one? */
export async function verifyAlone (backend: Backend, face: FoundFace): Promise<Verification> {
  const { picture, detection: box } = face
  const shift = await landmarkShift(backend, face)
  const verification: Verification = { scores: { tiny_face_detector: 0, ssd_mobilenetv1: 0 }, shift, alone: true }
  for (const look of LOOKS) {
    // The frame is for large faces that a detector misses, or is not sure of, without it.
    if (look.fill < 1 && verification.scores[look.detector] >= SCORE_SURE) continue
    for (const detection of await detectFaces(backend, picture, look)) {
      if (isSame(detection, box)) {
        verification.scores[look.detector] = Math.max(verification.scores[look.detector], detection.score)
      } else if (verification.alone && isLikely(detection)) {
        verification.alone = await confirm(backend, picture, detection) === null
      }
    }
  }
  return verification
}
