import { distanceOf } from '../../src/networks/distance.ts'
import {
  compare, genuineComparisons, impostorDistances, type Comparison, type DistanceOf, type Encodings
} from './comparisons.ts'
import type { Person } from './dataset.ts'
import { discardCurve } from './discard.ts'
import { countAccepted, detCurve, equalErrorRate, pointAt, pointAtFar, type Distances } from './error-rates.ts'
import { histogram } from './histogram.ts'
import { searchOpenSet } from './identification.ts'
import type { Fold } from './lfw-pairs.ts'
import { runLfwProtocol, type LfwResult } from './lfw-protocol.ts'
import type { Calibration, DiscardCurve, Identification, Report, Verification } from './report.ts'

const FARS = [1e-2, 1e-3, 1e-4]
const FPIRS = [1e-2, 1e-3]
/** Where false non-matches are plentiful enough to show whether quality tells them. */
const STRICT_FAR = 1e-3
const BIN_WIDTH = 0.02
/** Decimals of a tolerance, as a power of ten. */
const TOLERANCE_STEPS = 10_000

/** What is measured, and how. */
export interface Material {
  people: readonly Person[]
  encodings: Encodings
  /** One per photo; null unless asked for. */
  qualities: ReadonlyArray<number | undefined> | null
  folds: readonly Fold[] | null
  /** Where a Euclidean distance lies on the scale of the tolerance. */
  scaled: (raw: number) => number
  tolerance: number
  enrol: number
  impostorsMax: number
  calibrate: number | undefined
}

export type Measurements =
  Pick<Report, 'verification' | 'identification' | 'calibration' | 'discard' | 'histograms' | 'det'> &
  { lfw: LfwResult | null }

function verify (distances: Distances, tolerance: number, possibleImpostorPairs: number): Verification {
  const { genuine, impostor } = distances
  const detected = countAccepted(genuine, Number.MAX_VALUE)
  const atTolerance = pointAt(distances, tolerance)
  return {
    genuinePairs: genuine.length,
    undetectedGenuinePairs: genuine.length - detected,
    impostorPairs: impostor.length,
    possibleImpostorPairs,
    eer: equalErrorRate(distances),
    atTolerance: { ...atTolerance, fnmr: (detected - countAccepted(genuine, tolerance)) / detected },
    atFar: FARS.map((wanted) => {
      const { wantedFar, far, falseAccepts, threshold, frr, measurable, reliable } = pointAtFar(distances, wanted)
      return { wantedFar, far, falseAccepts, threshold, tar: 1 - frr, measurable, reliable }
    })
  }
}

function identify ({ people, encodings, enrol, tolerance }: Material, between: DistanceOf): Identification {
  const { distances, ...counts } = searchOpenSet(people, encodings, enrol, between)
  const { far: fpir, frr: fnir } = pointAt(distances, tolerance)
  return {
    enrol,
    ...counts,
    atTolerance: { threshold: tolerance, fpir, fnir },
    atFpir: FPIRS.map((wanted) => {
      const { wantedFar, far, falseAccepts, threshold, frr, measurable, reliable } = pointAtFar(distances, wanted)
      return {
        wantedFpir: wantedFar, fpir: far, falsePositives: falseAccepts, threshold, fnir: frr, measurable, reliable
      }
    })
  }
}

/** The largest distance that occurs whose false accept rate is at most `wantedFar`, rounded down to four decimals. */
export function calibrate (distances: Distances, wantedFar: number): Calibration {
  const { threshold, measurable, reliable } = pointAtFar(distances, wantedFar)
  const tolerance = Math.max(0, Math.floor(threshold * TOLERANCE_STEPS) / TOLERANCE_STEPS)
  const { far, falseAccepts, frr } = pointAt(distances, tolerance)
  const isKnown = measurable && far <= wantedFar
  return {
    wantedFar,
    impostorPairs: distances.impostor.length,
    tolerance: isKnown ? tolerance : null,
    reliable: isKnown && reliable,
    far,
    falseAccepts,
    tar: 1 - frr
  }
}

function discard (
  { qualities, tolerance }: Material, genuine: readonly Comparison[], distances: Distances
): DiscardCurve[] | null {
  if (!qualities) return null
  const strict = pointAtFar(distances, STRICT_FAR).threshold
  return [
    { name: `tolerance ${tolerance}`, threshold: tolerance },
    { name: `${strict.toFixed(4)}, FAR ${STRICT_FAR}`, threshold: strict }
  ]
    .filter(({ threshold }) => !Number.isNaN(threshold))
    .map((curve) => ({ ...curve, points: discardCurve(qualities, genuine, curve.threshold) }))
}

/** Compares the encodings in every way that the report tells of. */
export function measure (material: Material): Measurements {
  const { people, encodings, folds, tolerance, impostorsMax, calibrate: wantedFar } = material
  const between: DistanceOf = (one, other) => material.scaled(distanceOf(one, other))
  const genuine = genuineComparisons(people, encodings, between)
  const { distances: impostor, possible } = impostorDistances(people, encodings, impostorsMax, between)
  const distances: Distances = { genuine: Float64Array.from(genuine, ({ distance }) => distance).sort(), impostor }
  const judged = folds?.map((fold) => ({
    genuine: fold.genuine.map(([one, other]) => compare(encodings, one, other, between)),
    impostor: fold.impostor.map(([one, other]) => compare(encodings, one, other, between))
  }))
  return {
    lfw: judged ? runLfwProtocol(judged) : null,
    verification: verify(distances, tolerance, possible),
    identification: identify(material, between),
    calibration: wantedFar === undefined ? null : calibrate(distances, wantedFar),
    discard: discard(material, genuine, distances),
    histograms: {
      genuine: histogram(distances.genuine, BIN_WIDTH), impostor: histogram(distances.impostor, BIN_WIDTH)
    },
    det: detCurve(distances)
  }
}
