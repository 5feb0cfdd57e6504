import type { Box, QualityMeasures } from '../protocol.ts'
import { chipStatistics } from './chip-statistics.ts'
import type { FoundFace } from './confirm.ts'
import { jpegQuality } from './jpeg-quality.ts'
import { measurePose } from './pose.ts'
import type { Verification } from './verify.ts'

/**
 * Where each measure is 0 and where it reaches 1; between them it is linear. Chosen on 1,115 portraits of public
 * figures in everyday light, so that 0.8 accepts nineteen of twenty, refuses the same portraits three stops darker or
 * blurred by 4 pixels, and that the lowest measure puts first the photos that are not recognised (docs/accuracy.md).
 */
const SCALES = {
  detection: { zero: 0, full: 0.75 },
  sizePx: { zero: 0, full: 50 },
  sharpness: { zero: 0, full: 14 },
  illumination: { zero: 40, full: 115 },
  exposure: { zero: 250, full: 210 },
  contrast: { zero: 20, full: 80 },
  yaw: { zero: 1.3, full: 0.55 },
  pitch: { zero: 0.7, full: 0.25 },
  occlusion: { zero: 0.12, full: 0.03 },
  compression: { zero: 5, full: 35 },
  stability: { zero: 1.5, full: 1 / 4 }
} as const

function scaled (value: number, { zero, full }: { zero: number, full: number }): number {
  return Math.min(1, Math.max(0, (value - zero) / (full - zero)))
}

/** What is known of a face that somebody wants to enrol. */
export interface Evidence {
  /** The file, before decoding. */
  photo: Uint8Array
  /** In pixels of the photo. */
  box: Box
  /** Cut out of the photo as it was sent: a copy made brighter would hide how dark it is. */
  chip: Uint8Array
  found: FoundFace
  verification: Verification
  /** Distance between the encodings of the face and its mirror image, in the recognizer's unit of it. */
  spread: number
}

/**
 * How good the face is for recognition: one measure for each capture fault that ISO/IEC 29794-5 names and that can be
 * told from a single photo, and the stability of the encoding itself (after Terhörst et al. 2020, SER-FIQ, with a
 * mirror image in place of dropout).
 */
export function measureQuality ({ photo, box, chip, found, verification, spread }: Evidence): QualityMeasures {
  const { median, dark, bright, focus } = chipStatistics(chip)
  const { yaw, pitch } = measurePose(found.landmarks)
  return {
    detection: scaled(verification.score, SCALES.detection),
    size: scaled(Math.min(box.width, box.height), SCALES.sizePx),
    sharpness: scaled(focus, SCALES.sharpness),
    // The median would take dark skin for bad light: what counts is how bright the brightest parts are.
    illumination: scaled(bright, SCALES.illumination),
    exposure: scaled(median, SCALES.exposure),
    contrast: scaled(bright - dark, SCALES.contrast),
    pose: Math.min(scaled(yaw, SCALES.yaw), scaled(pitch, SCALES.pitch)),
    // Where a mask or a hand hides the face, the landmarks are guessed, and guessed differently the second time.
    occlusion: scaled(verification.shift, SCALES.occlusion),
    compression: scaled(jpegQuality(photo) ?? SCALES.compression.full, SCALES.compression),
    stability: scaled(spread, SCALES.stability)
  }
}
