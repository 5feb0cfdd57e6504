import type { Config } from '../../src/config.ts'
import type { DiscardPoint } from './discard.ts'
import type { EqualErrorRate, OperatingPoint } from './error-rates.ts'
import type { Histogram } from './histogram.ts'
import type { DoorReport } from './measure-door.ts'
import type { OpenSet } from './identification.ts'
import type { LfwResult } from './lfw-protocol.ts'
import type { HttpDoor } from './over-http.ts'

/** Whether a rate can be told from so many trials, see `measurable` and `reliable` of {@link PointAtFar}. */
interface Evidence {
  measurable: boolean
  reliable: boolean
}

/** Comparisons of two photos. Rates are 0..1; undetected faces count as refused. */
export interface Verification {
  genuinePairs: number
  undetectedGenuinePairs: number
  impostorPairs: number
  /** More than `impostorPairs` if a sample was compared. */
  possibleImpostorPairs: number
  eer: EqualErrorRate
  /** `fnmr` leaves out undetected faces. */
  atTolerance: OperatingPoint & { fnmr: number }
  atFar: Array<Evidence & { wantedFar: number, far: number, falseAccepts: number, threshold: number, tar: number }>
}

/** Searches of a gallery. Rates are 0..1: FPIR of strangers named, FNIR of people not named or misnamed. */
export interface Identification extends Omit<OpenSet, 'distances'> {
  enrol: number
  atTolerance: { threshold: number, fpir: number, fnir: number }
  atFpir: Array<Evidence & {
    wantedFpir: number, fpir: number, falsePositives: number, threshold: number, fnir: number
  }>
}

/** A tolerance for a wanted false accept rate. */
export interface Calibration {
  wantedFar: number
  impostorPairs: number
  /** Null if there are too few impostor pairs to tell. */
  tolerance: number | null
  /** Thirty false accepts or more stand behind it. */
  reliable: boolean
  far: number
  falseAccepts: number
  tar: number
}

/** One error-versus-discard curve. */
export interface DiscardCurve {
  name: string
  threshold: number
  points: DiscardPoint[]
}

/** Everything that one run measured; printed as JSON as it is, NaN (nothing to count) as null. */
export interface Report {
  date: string
  machine: { cpu: string, cores: number, node: string }
  /** The recognition network, or the name of a program that is not this server. */
  model: string
  /** What runs this server's networks; null for another program. */
  engine: string | null
  /** For another program the tolerance alone. */
  config: Pick<Config, 'RECOGNITION_TOLERANCE'> &
    Partial<Pick<Config,
      'ENCODING_AUGMENT' | 'INFERENCE_BACKEND' | 'INFERENCE_THREADS' | 'MAX_IMAGE_PIXELS' | 'MAX_IMAGE_BYTES'>>
  dataset: { folder: string, people: number, photos: number, peopleWithOnePhoto: number }
  detection: { detected: number, rate: number, noFace: string[], unreadable: Array<{ photo: string, reason: string }> }
  /** Null without pairs; `notice` says why pairs that lay there were not used. */
  lfw: ({ file: string, foldCount: number } & LfwResult) | null
  notice: string | null
  /** Null for another program, and where there are too few people. */
  door: DoorReport | null
  /** Null unless it was asked for. */
  overHttp: HttpDoor | null
  verification: Verification
  identification: Identification
  calibration: Calibration | null
  discard: DiscardCurve[] | null
  histograms: { genuine: Histogram, impostor: Histogram }
  det: OperatingPoint[]
  /** Files written. */
  figures: string[]
}
