import { CHIP_SIDE } from '../backends/backend.ts'
import { FACE_SIDE } from './align.ts'

/** Where the face itself lies within the chip. */
const FROM = (CHIP_SIDE - FACE_SIDE) / 2
const TO = CHIP_SIDE - FROM

/** What the light makes of a face, measured on the middle of its chip. Luma is 0..255 (ITU-R BT.601 weights). */
export interface ChipStatistics {
  /** Luma that half of the face, or all but its darkest or brightest fiftieth, reaches. */
  median: number
  dark: number
  bright: number
  /** Variance of the Laplacian, the usual focus measure (Pech-Pacheco et al. 2000). */
  focus: number
}

/** Measures a chip of {@link CHIP_SIDE}² RGB pixels. */
export function chipStatistics (chip: Uint8Array): ChipStatistics {
  const luma = new Float32Array(CHIP_SIDE * CHIP_SIDE)
  for (let i = 0; i < luma.length; i++) {
    luma[i] = 0.299 * chip[3 * i]! + 0.587 * chip[3 * i + 1]! + 0.114 * chip[3 * i + 2]!
  }

  const face = new Float32Array(FACE_SIDE * FACE_SIDE)
  let count = 0; let sum = 0; let squares = 0
  for (let y = FROM; y < TO; y++) {
    for (let x = FROM; x < TO; x++) {
      const at = y * CHIP_SIDE + x
      const laplacian = luma[at - 1]! + luma[at + 1]! + luma[at - CHIP_SIDE]! + luma[at + CHIP_SIDE]! - 4 * luma[at]!
      face[count++] = luma[at]!
      sum += laplacian; squares += laplacian * laplacian
    }
  }
  face.sort()
  const percentile = (share: number): number => face[Math.floor(share * (face.length - 1))]!
  const [median, dark, bright] = [percentile(0.5), percentile(0.02), percentile(0.98)]
  return { median, dark, bright, focus: squares / count - (sum / count) ** 2 }
}
