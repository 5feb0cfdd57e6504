/** The messages that cross between the main thread and the inference threads. */

/** An axis-aligned rectangle in pixels of the picture it was found in; it may reach over the edges. */
export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** How a face is cut out: dlib's chip of 150 pixels, ArcFace's of 112, or retail-0095's of 128, both by five points. */
export type Alignment = 'dlib' | 'arcface' | 'retail'

/** What a network that somebody else made is fed. */
export interface NetworkInput {
  /** The order of the colours that it takes. */
  channels: 'rgb' | 'bgr'
  /** A byte of the photo enters as (byte - mean) / divisor. */
  mean: number
  divisor: number
}

/** The recognition network that a thread loads. */
export interface NetworkSetup {
  /** Its ONNX file; null: face-api's, as the backend has it. */
  path: string | null
  /** Null: the file is a graph of `npm run models`, which takes bytes. */
  input: NetworkInput | null
  alignment: Alignment
  /** Whether its encodings lie on the unit sphere. */
  unit: boolean
  /**
   * The unit of the quality measure stability: among its distances of faces to their mirror images what 0.6 is to dlib.
   */
  mirrorSpread: number
}

/** Handed to each inference thread once. */
export interface WorkerSetup {
  backend: 'onnx' | 'tfjs'
  modelsDir: string
  /** Of ONNX Runtime, best first. */
  executionProviders: string[]
  network: NetworkSetup
  gallery: WebAssembly.Memory
  /** The network that was the default before, and the users that only that one knows; null: it is the one above. */
  previous: { network: NetworkSetup, gallery: WebAssembly.Memory } | null
  /** What an encoding is made of: the face, or the average of the face and its mirror image. */
  augment: 'none' | 'flip'
  /** Whether enrolments come with a {@link Enrolment.chip}. */
  keepChips: boolean
}

/**
 * A face as it is kept for other networks: this byte, 68 landmarks as x, y in little-endian 32-bit floats, in pixels of
 * the image, and a JPEG image. With room for encryption it is at most 24 KiB.
 */
export const CHIP_VERSION = 1
/** Where the image begins. */
export const CHIP_IMAGE_AT = 1 + 68 * 2 * Float32Array.BYTES_PER_ELEMENT
export const CHIP_BYTES_MAX = 24 * 1024 - 256

/** Sent by an inference thread when its models are loaded and warm. */
export interface WorkerReady {
  ready: true
  threadId: number
  /**
   * One word, `GUARD_…`. The thread sets and clears `GUARD_IN_NETWORK`, the main thread sets `GUARD_CONDEMNED` when
   * it is free.
   */
  guard: Int32Array<SharedArrayBuffer>
  /** What runs the networks, and what the operator should know about it. */
  engine: string
  notice?: string
}

/** The thread may be ended. */
export const GUARD_FREE = 0
/** The thread runs a network: ending it now would end the process. */
export const GUARD_IN_NETWORK = 1
/** The main thread is about to end the thread, which must not start a network any more. */
export const GUARD_CONDEMNED = 2

/**
 * One photo to look at: to name the face before the camera, to encode it for a comparison or to enrol it; to name all
 * faces or to describe them. Or a face that was kept, to encode it. The bytes are moved to the thread, not copied.
 */
export interface PhotoTask {
  /** One word: the id of the thread that took it, 0 before. */
  takenBy: Int32Array<SharedArrayBuffer>
  purpose: 'identify' | 'encode' | 'enrol' | 'identify-all' | 'detect' | 'reencode'
  /** Where all faces are looked at: at most so many, the largest. */
  facesMax?: number
  photo: ArrayBuffer
  imagePixelsMax: number
  search?: Search
}

/**
 * What is measured of a face (see workers/pipeline/quality.ts). Illumination is 'not too dark', exposure 'not too
 * bright', occlusion and compression are 'none', stability is how alike the encodings of the face and its mirror image
 * are.
 */
export type QualityMeasure =
  'detection' | 'size' | 'sharpness' | 'illumination' | 'exposure' | 'contrast' | 'pose' | 'occlusion' |
  'compression' | 'stability'

/** How good a face is for recognition; each measure 0..1, higher is better. */
export type QualityMeasures = Record<QualityMeasure, number>

/** Rows of the gallery, as a search of a part of it takes them: the first row of a run, the one after its last, … */
export type RowRuns = Int32Array<SharedArrayBuffer>

/** Of the gallery, and of that of the previous network. */
export interface SearchedRows {
  present: readonly RowRuns[]
  previous: readonly RowRuns[]
}

/** Whom a face is compared with. */
export interface Search {
  /** How many users are wanted, 2 unless told: the nearest, and the runner-up. */
  usersMax?: number
  /** All rows unless told. */
  rows?: SearchedRows
  /** Also users who may not be named now. */
  alsoInactive?: boolean
}

/** An enrolled user by number, and the Euclidean distance of the nearest of the user's encodings. */
export interface Neighbour {
  user: number
  distance: number
}

/** The face of a photo that stands before the camera. */
export interface Face {
  /** In pixels of the upright photo. */
  box: Box
  /** The detector's confidence, 0..1. */
  score: number
  encoding: Float32Array
}

/** What the previous network makes of a face, and the nearest of the users that only that network knows. */
export interface PreviousMatch {
  encoding: Float32Array
  neighbours: Neighbour[]
}

/** What identification wants to know. */
export interface Identification {
  face: Face
  /** The nearest users, each once, the nearest first. */
  neighbours: Neighbour[]
  /** Null when the present network knows everybody. */
  previous: PreviousMatch | null
}

/** What enrolment wants to know. */
export interface Enrolment {
  face: Face
  /** The nearest users, each once, the nearest first. */
  neighbours: Neighbour[]
  /** Null when the present network knows everybody. */
  previous: PreviousMatch | null
  /** Nobody else stands before the camera. */
  alone: boolean
  quality: QualityMeasures
  /** The face for other networks, see {@link CHIP_VERSION}; null unless faces are kept. */
  chip: Uint8Array | null
}

/** How a head is turned, in degrees: 0, 0, 0 for one that looks at the camera. */
export interface HeadPose {
  /** Positive: turned to the right side of the photo. */
  yaw: number
  /** Positive: the face looks up. */
  pitch: number
  /** Positive: tilted clockwise, as the photo shows it. */
  roll: number
}

/** One of the faces of a photo, in pixels of the upright photo. */
export interface DetectedFace extends Pick<Face, 'box' | 'score'> {
  /** Left and right eye as the photo shows them, tip of the nose, left and right corner of the mouth: x, y each. */
  fivePoints: Float64Array
  /** The 68 points of the iBUG 300-W scheme: x, y each. */
  landmarks: Float64Array
  pose: HeadPose
  quality: QualityMeasures
}

/** All faces of a photo, the largest first; width and height are those of the upright photo in pixels. */
export interface Frame<Found> {
  width: number
  height: number
  faces: Found[]
}

export type Stage = 'decode' | 'detect' | 'landmarks' | 'align' | 'encode' | 'match' | 'opinion' | 'quality' | 'chip'

/** Milliseconds that each step took. */
export type StageTimes = Partial<Record<Stage, number>>

/** Expected failures of a photo; the rest is a bug. */
export type PhotoErrorCode = 'UNSUPPORTED_IMAGE' | 'IMAGE_UNREADABLE' | 'IMAGE_TOO_LARGE' | 'IMAGE_TOO_SMALL'

/**
 * What became of a {@link PhotoTask}. Errors travel as values: own properties of thrown ones get lost on the way, and a
 * task that is rejected is one whose thread died.
 */
export type PhotoResult<Found> =
  | { ok: true, found: Found, stages: StageTimes }
  | { ok: false, code: PhotoErrorCode }
  | { ok: false, code: 'BUG', error: unknown }
