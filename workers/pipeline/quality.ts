import { CHIP_SIDE, type Box } from '../backends/backend.ts'
import type { QualityMeasures } from '../protocol.ts'
import { FACE_SIDE } from './align.ts'
import type { FoundFace, SecondOpinion } from './find.ts'
import type { Landmarks } from './landmarks.ts'

/** Where the face itself lies within the chip. */
const FACE_FROM = (CHIP_SIDE - FACE_SIDE) / 2
const FACE_TO = CHIP_SIDE - FACE_FROM

const NOSE_TIP = 30
const RIGHT_EYE = [36, 39] as const
const LEFT_EYE = [42, 45] as const
const RIGHT_JAW = 2
const LEFT_JAW = 14

/**
 * Where each measure is 0 and where it reaches 1; between them it is linear. Chosen on 1,100 portraits of public
 * figures in everyday light, so that 0.8 accepts nineteen of twenty and refuses the same portraits three stops darker
 * or blurred by 4 pixels.
 */
const SCALES = {
  detection: { zero: 0, full: 0.75 },
  sizePx: { zero: 0, full: 50 },
  sharpness: { zero: 0, full: 14 },
  illumination: { zero: 40, full: 115 },
  exposure: { zero: 250, full: 210 },
  yaw: { zero: 1.1, full: 0.45 }
} as const

function scaled (value: number, { zero, full }: { zero: number, full: number }): number {
  return Math.min(1, Math.max(0, (value - zero) / (full - zero)))
}

/** Luma of the chip, 0..255 (ITU-R BT.601 weights). */
function lumaOf (chip: Uint8Array): Float32Array {
  const luma = new Float32Array(chip.length / 3)
  for (let i = 0; i < luma.length; i++) {
    luma[i] = 0.299 * chip[3 * i]! + 0.587 * chip[3 * i + 1]! + 0.114 * chip[3 * i + 2]!
  }
  return luma
}

/** Variance of the Laplacian over the face, the usual focus measure (Pech-Pacheco et al. 2000). */
function focus (luma: Float32Array): number {
  let count = 0; let sum = 0; let squares = 0
  for (let y = FACE_FROM; y < FACE_TO; y++) {
    for (let x = FACE_FROM; x < FACE_TO; x++) {
      const at = y * CHIP_SIDE + x
      const value = luma[at - 1]! + luma[at + 1]! + luma[at - CHIP_SIDE]! + luma[at + CHIP_SIDE]! - 4 * luma[at]!
      count++; sum += value; squares += value * value
    }
  }
  return squares / count - (sum / count) ** 2
}

/** Luma of the face itself, in ascending order. */
function sortedFace (luma: Float32Array): Float32Array {
  const face: number[] = []
  for (let y = FACE_FROM; y < FACE_TO; y++) {
    for (let x = FACE_FROM; x < FACE_TO; x++) face.push(luma[y * CHIP_SIDE + x]!)
  }
  return Float32Array.from(face).sort()
}

/**
 * How far the nose tip is off the middle between the cheeks, along the line of the eyes: 0 for a frontal face,
 * 1 when the nose covers a cheek.
 */
function yaw (landmarks: Landmarks): number {
  const point = (i: number): [number, number] => [landmarks[2 * i]!, landmarks[2 * i + 1]!]
  const middle = ([i, j]: readonly [number, number]): [number, number] => {
    const [p, q] = [point(i), point(j)]
    return [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2]
  }
  const [rx, ry] = middle(RIGHT_EYE)
  const [lx, ly] = middle(LEFT_EYE)
  const along = ([x, y]: [number, number]): number => x * (lx - rx) + y * (ly - ry)
  const [right, nose, left] = [along(point(RIGHT_JAW)), along(point(NOSE_TIP)), along(point(LEFT_JAW))]
  return Math.abs(2 * (nose - right) / (left - right) - 1)
}

/** The shorter side of the face's box in pixels of the photo. */
const sizeOf = ({ width, height }: Box): number => Math.min(width, height)

/** How good the face is for recognition, measured on its chip, its landmarks and what the detectors say. */
export function measureQuality (chip: Uint8Array, { detection, landmarks }: FoundFace, { scores }: SecondOpinion): QualityMeasures {
  const luma = lumaOf(chip)
  const face = sortedFace(luma)
  const percentile = (share: number): number => face[Math.floor(share * (face.length - 1))]!
  return {
    detection: scaled(Math.min(...Object.values(scores)), SCALES.detection),
    size: scaled(sizeOf(detection), SCALES.sizePx),
    sharpness: scaled(focus(luma), SCALES.sharpness),
    // The mean would take dark skin for bad light: what counts is how bright the brightest parts are.
    illumination: scaled(percentile(0.98), SCALES.illumination),
    exposure: scaled(percentile(0.5), SCALES.exposure),
    pose: scaled(yaw(landmarks), SCALES.yaw)
  }
}
