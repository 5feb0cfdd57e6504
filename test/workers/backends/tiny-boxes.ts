import type { Detection } from '../../../workers/backends/backend.ts'
import { suppressNonMaxima } from '../../../workers/backends/non-maximum-suppression.ts'

const CELL = 32
const PARTS = 5
/** Width and height in cells, from face-api's `tinyFaceDetector/const.ts`. */
const ANCHORS = [[1.603231, 2.094468], [6.041143, 7.080126], [2.882459, 3.518061], [4.266906, 5.178857], [9.041765, 10.66308]] as const
const SCORE_MIN = 0.5
const OVERLAP_MAX = 0.4

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))

/** Faces in the grid of one picture, in pixels, decoded as models/tiny-face-detector.ts describes it. */
export function facesInGrid (grid: Float32Array, rows: number, columns: number): Detection[] {
  const found: Detection[] = []
  for (const [anchor, [anchorWidth, anchorHeight]] of ANCHORS.entries()) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const part = (index: number): number => grid[((anchor * PARTS + index) * rows + row) * columns + column] ?? NaN
        const score = sigmoid(part(4))
        if (!(score > SCORE_MIN)) continue
        const width = CELL * anchorWidth * Math.exp(part(2))
        const height = CELL * anchorHeight * Math.exp(part(3))
        const [x, y] = [CELL * (column + sigmoid(part(0))), CELL * (row + sigmoid(part(1)))]
        found.push({ score, left: x - width / 2, top: y - height / 2, width, height })
      }
    }
  }
  return suppressNonMaxima(found, OVERLAP_MAX, found.length)
}
