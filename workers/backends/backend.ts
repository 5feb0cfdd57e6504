import type { Box } from '../protocol.ts'

/**
 * The detectors. `tiny_face_detector` takes squares whose side is a multiple of 32 and finds faces that are about 60 to
 * 100 pixels wide in them; `ssd_mobilenetv1` takes squares of {@link SSD_SIDE}, is fifteen times slower and finds
 * smaller and harder ones.
 */
export type DetectorName = 'tiny_face_detector' | 'ssd_mobilenetv1'

/** Side of the square that ssd_mobilenetv1 takes, in pixels. */
export const SSD_SIDE = 512
const QUICK_SIDE_MAX = 320
/**
 * Whether detection in a square of this side is the quick kind that suffices for most photos; any other takes longer
 * than all other stages together.
 */
export const isQuickLook = (detector: DetectorName, side: number): boolean =>
  detector === 'tiny_face_detector' && side <= QUICK_SIDE_MAX

/** Detections with a lower score are not worth a second look; face-api's own limit for a face is 0.5. */
export const SCORE_MIN = 0.2
/** Side of the square that {@link Backend.landmarks} takes, in pixels (face_landmark_68's input). */
export const LANDMARK_SIDE = 112
/** Side of the aligned face chip that dlib's recognition network takes, in pixels. */
export const CHIP_SIDE = 150
/** Points of the 68-point annotation scheme (iBUG 300-W). */
export const LANDMARK_COUNT = 68

/** A box with the detector's confidence, {@link SCORE_MIN}..1. */
export interface Detection extends Box {
  score: number
}

/** One encoding for each of `count` square chips, raw interleaved RGB in sequence: `count` × length numbers. */
export type Encode = (rgb: Uint8Array, count: number) => Promise<Float32Array>

/**
 * The networks that find a face, behind one interface. Pictures are raw interleaved RGB, one byte a channel, no
 * padding; several pictures of one call lie one after the other. A backend serves one call at a time.
 */
export interface Backend {
  /** Faces in one square picture of `side` pixels, best score first, after non-maximum suppression. */
  detect (detector: DetectorName, rgb: Uint8Array, side: number): Promise<Detection[]>
  /** 68 points as x, y in 0..1 of each picture of {@link LANDMARK_SIDE}: `count` × 136 numbers. */
  landmarks (rgb: Uint8Array, count: number): Promise<Float32Array>
}

/** A backend, what runs it, and what the operator should know about that choice. */
export interface LoadedBackend {
  backend: Backend
  /** face-api's recognition network, for chips of {@link CHIP_SIDE}, where no graph of it is needed. */
  encode: Encode | null
  engine: string
  notice?: string
}
