/**
 * What crosses between the main thread and the inference threads: the messages, and the layout of the gallery in
 * shared memory, which the main thread writes and the inference threads read.
 */
import type { Box } from './backends/backend.ts'

/** Identifies what the recognition network makes; only encodings with the same id are comparable. */
export const ENCODING_MODEL = 'face-api/face_recognition/dlib-chip-v1'

/** Bytes before the first gallery row. The first 32-bit word counts the rows in use, holes included. */
export const GALLERY_HEADER_BYTES = 64
/** One encoding (128 × f32), its generation (i32), its user (u32), and padding to 16 bytes. */
export const GALLERY_ROW_BYTES = 528
/** Index of the generation in a row, in 32-bit words. Odd: the row holds an encoding. Even: empty or being written. */
export const GENERATION_WORD = 128
/** Index of the user's number in a row, in 32-bit words. Numbers are never used twice while the server runs. */
export const USER_WORD = 129

/** Handed to each inference thread once. */
export interface WorkerSetup {
  backend: 'onnx' | 'tfjs'
  modelsDir: string
  gallery: WebAssembly.Memory
  /** What an encoding is made of: the face, or the average of the face and its mirror image. */
  augment: 'none' | 'flip'
}

/** Sent by an inference thread when its models are loaded and warm. */
export interface WorkerReady {
  ready: true
  loadMs: number
  /** What runs the networks, and what the operator should know about it. */
  engine: string
  notice?: string
}

/** One photo to look at, to name the face or to enrol it. The bytes are moved to the thread, not copied. */
export interface PhotoTask {
  purpose: 'identify' | 'enrol'
  photo: ArrayBuffer
  imagePixelsMax: number
}

/**
 * What is measured of a face (see workers/pipeline/quality.ts). Illumination is 'not too dark', exposure 'not too bright',
 * occlusion and compression are 'none', stability is how alike the encodings of the face and its mirror image are.
 */
export type QualityMeasure =
  'detection' | 'size' | 'sharpness' | 'illumination' | 'exposure' | 'contrast' | 'pose' | 'occlusion' | 'compression' | 'stability'

/** How good a face is for recognition; each measure 0..1, higher is better. */
export type QualityMeasures = Record<QualityMeasure, number>

/** The nearest enrolled user and the nearest *other* one, by Euclidean distance. */
export interface Match {
  user: number
  distance: number
  runnerUp: { user: number, distance: number } | null
}

/** The largest face of a photo. */
export interface Face {
  /** In pixels of the upright photo. */
  box: Box
  /** The detector's confidence, 0..1. */
  score: number
  encoding: Float32Array
}

/** What identification wants to know. */
export interface Identification {
  face: Face
  /** Null when nobody is enrolled. */
  match: Match | null
}

/** What enrolment wants to know. */
export interface Enrolment {
  face: Face
  /** Null when nobody is enrolled. */
  match: Match | null
  /** No other face is in the photo. */
  alone: boolean
  quality: QualityMeasures
}

export type Stage = 'decode' | 'detect' | 'landmarks' | 'align' | 'encode' | 'match' | 'opinion' | 'quality'

/** Milliseconds that each step took. */
export type StageTimes = Partial<Record<Stage, number>>

/** Expected failures of a photo; the rest is a bug and thrown. */
export type PhotoErrorCode = 'UNSUPPORTED_IMAGE' | 'IMAGE_UNREADABLE' | 'IMAGE_TOO_LARGE' | 'IMAGE_TOO_SMALL'

/** What became of a {@link PhotoTask}. Errors travel as values: own properties of thrown ones get lost on the way. */
export type PhotoResult<Found = Identification | Enrolment> =
  | { ok: true, found: Found | null, stages: StageTimes }
  | { ok: false, code: PhotoErrorCode }
