import { SCORE_MIN, type Detection } from './backend.ts'
import { suppressNonMaxima } from './non-maximum-suppression.ts'

/** Pixels of the input on each side of a cell. */
const CELL = 32
const PARTS = 5
/** Width and height in cells, and the limits: face-api's `tinyFaceDetector/const.ts` and its options (MIT). */
const ANCHORS = [
  [1.603231, 2.094468], [6.041143, 7.080126], [2.882459, 3.518061], [4.266906, 5.178857], [9.041765, 10.66308]
] as const
const OVERLAP_MAX = 0.4
/** A face is at most so many times as large as the picture, whatever the network says: `exp` has no limit. */
const SIDES_MAX = 2

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))

/**
 * Faces in the output of tiny_face_detector for a square of `side` pixels, in its pixels. The grid is laid out as
 * models/tiny-face-detector.ts describes (Redmon & Farhadi 2016, YOLO9000).
 */
export function facesInGrid (grid: Float32Array, side: number): Detection[] {
  const cells = side / CELL
  const found: Detection[] = []
  for (const [anchor, [anchorWidth, anchorHeight]] of ANCHORS.entries()) {
    for (let row = 0; row < cells; row++) {
      for (let column = 0; column < cells; column++) {
        const part = (index: number): number => grid[((anchor * PARTS + index) * cells + row) * cells + column]!
        const score = sigmoid(part(4))
        if (score <= SCORE_MIN) continue
        const width = Math.min(SIDES_MAX * side, CELL * anchorWidth * Math.exp(part(2)))
        const height = Math.min(SIDES_MAX * side, CELL * anchorHeight * Math.exp(part(3)))
        const [x, y] = [CELL * (column + sigmoid(part(0))), CELL * (row + sigmoid(part(1)))]
        found.push({ score, left: x - width / 2, top: y - height / 2, width, height })
      }
    }
  }
  return suppressNonMaxima(found, OVERLAP_MAX)
}
