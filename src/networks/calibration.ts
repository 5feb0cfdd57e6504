import { probit } from './normal.ts'

/**
 * One scale of distances for all networks, on which settings and answers are: at 0.4, 0.6 and 0.8 a pair of different
 * people is taken for one person with these rates. Old clients and settings know it: 0.4 very strict, 0.6 balanced, 0.8
 * permissive.
 */
export const SCALE = [{ distance: 0.4, far: 1e-6 }, { distance: 0.6, far: 1e-4 }, { distance: 0.8, far: 1e-2 }] as const

/** The Euclidean distances of a network's encodings that have these rates, ascending. */
export type Calibration = readonly [number, number, number]

/** Points of the line from the network's distances to the scale; beyond the last it goes on as between the last two. */
function knotsOf (calibration: Calibration): ReadonlyArray<readonly [raw: number, distance: number]> {
  return [[0, 0], ...calibration.map((raw, i) => [raw, SCALE[i]!.distance] as const)]
}

function alongLine (value: number, points: ReadonlyArray<readonly [x: number, y: number]>): number {
  const next = points.findIndex(([x]) => value <= x)
  const to = next > 0 ? next : next === 0 ? 1 : points.length - 1
  const [[x0, y0], [x1, y1]] = [points[to - 1]!, points[to]!]
  return y0 + (value - x0) / (x1 - x0) * (y1 - y0)
}

/** Where a Euclidean distance of the network's encodings, 0..∞, lies on the scale, 0..∞. */
export const onScale = (calibration: Calibration, raw: number): number => alongLine(raw, knotsOf(calibration))

/** The inverse of {@link onScale}. */
export function offScale (calibration: Calibration, distance: number): number {
  return alongLine(distance, knotsOf(calibration).map(([raw, scaled]) => [scaled, raw] as const))
}

/** What clients see of a distance on the scale, 0..1. */
export const confidenceOf = (distance: number): number => Math.max(0, 1 - distance)

/** Points of the tail of distances between different people: squared distances, by the normal quantile of the rate. */
function tailOf (calibration: Calibration): ReadonlyArray<readonly [quantile: number, squared: number]> {
  return calibration.map((raw, i) => [probit(SCALE[i]!.far), raw * raw] as const)
}

/** Beyond the middle of all distances between different people nobody asks for a rate. */
const FAR_MAX = 0.5

/**
 * The Euclidean distance of the network's encodings at which a pair of different people is taken for one with the rate
 * `far`, above 0; 0.5 at most. Squared distances, in which a cosine is linear, are nearly normally distributed: between
 * the calibrated points, and beyond them, they are taken to be linear in the normal quantile of the rate.
 */
export function distanceAtFar (calibration: Calibration, far: number): number {
  return Math.sqrt(Math.max(0, alongLine(probit(Math.min(far, FAR_MAX)), tailOf(calibration))))
}
