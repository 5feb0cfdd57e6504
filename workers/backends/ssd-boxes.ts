import { SCORE_MIN, SSD_SIDE, type Detection } from './backend.ts'
import { suppressNonMaxima } from './non-maximum-suppression.ts'

/** Boxes that overlap more are one face, as in face-api. */
const OVERLAP_MAX = 0.5

/** Faces in the output of ssd_mobilenetv1, in pixels of its input, cut off at the input's edges as in face-api. */
export function facesInBoxes (scores: Float32Array, boxes: Float32Array): Detection[] {
  const found: Detection[] = []
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!
    if (score <= SCORE_MIN) continue
    const edges = Array.from(boxes.subarray(4 * i, 4 * i + 4), (share) => share * SSD_SIDE)
    const [top, left, bottom, right] = edges as [number, number, number, number]
    found.push({ score, left, top, width: right - left, height: bottom - top })
  }
  const inside = (value: number): number => Math.min(SSD_SIDE, Math.max(0, value))
  return suppressNonMaxima(found, OVERLAP_MAX).map(({ score, left, top, width, height }) => ({
    score,
    left: inside(left),
    top: inside(top),
    width: inside(left + width) - inside(left),
    height: inside(top + height) - inside(top)
  }))
}
