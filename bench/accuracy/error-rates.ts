/**
 * Distances, sorted: of what should be accepted (Infinity where no face was found) and of what should be refused. A
 * distance is accepted when it is at most the threshold.
 */
export interface Distances {
  genuine: Float64Array
  impostor: Float64Array
}

/** What a threshold does. Rates are 0..1, NaN when there is nothing to count. */
export interface OperatingPoint {
  threshold: number
  /** Share of the impostors accepted: false accepts, or false positives in a search. */
  far: number
  /** Share of the genuine refused; what was not detected counts as refused. */
  frr: number
  falseAccepts: number
  falseRejects: number
}

/** A point chosen by its false accept rate. */
export interface PointAtFar extends OperatingPoint {
  wantedFar: number
  /** One false accept or more is allowed; else the rate is finer than these impostors can show. */
  measurable: boolean
  /** Thirty false accepts or more are allowed, see {@link RULE_OF_30}. */
  reliable: boolean
}

/**
 * With 30 errors the true rate is within 30 % of the measured one with 90 % confidence, if trials are independent
 * (Doddington et al., The NIST speaker recognition evaluation, Speech Communication 31, 2000).
 */
export const RULE_OF_30 = 30

/** How many of the sorted distances are at most the threshold. */
export function countAccepted (sorted: Float64Array, threshold: number): number {
  let from = 0
  let to = sorted.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (sorted[middle]! <= threshold) from = middle + 1
    else to = middle
  }
  return from
}

/**
 * What this threshold does (ISO/IEC 19795-1: FRR with failures to acquire; FAR without them, which makes it no
 * smaller).
 */
export function pointAt ({ genuine, impostor }: Distances, threshold: number): OperatingPoint {
  const falseAccepts = countAccepted(impostor, threshold)
  const falseRejects = genuine.length - countAccepted(genuine, threshold)
  return {
    threshold, far: falseAccepts / impostor.length, frr: falseRejects / genuine.length, falseAccepts, falseRejects
  }
}

/** The largest of the sorted distances below the limit, or -1. */
function largestBelow (sorted: Float64Array, limit: number): number {
  let count = countAccepted(sorted, limit)
  while (count > 0 && sorted[count - 1]! >= limit) count--
  return sorted[count - 1] ?? -1
}

/**
 * The largest distance that occurs whose false accept rate is at most `far`; 0 if even the smallest that occurs accepts
 * too many, and -1, which accepts nothing, if 0 does too. NaN without impostors.
 */
export function pointAtFar (distances: Distances, far: number): PointAtFar {
  const { genuine, impostor } = distances
  if (impostor.length === 0) {
    return {
      wantedFar: far,
      measurable: false,
      reliable: false,
      threshold: NaN,
      far: NaN,
      frr: NaN,
      falseAccepts: 0,
      falseRejects: 0
    }
  }
  // The factor is for rounding: 0.29 * 100 comes out below 29.
  const allowed = Math.floor(far * impostor.length * (1 + 1e-12))
  // The first that may not be accepted; all equally distant ones go with it.
  const limit = impostor[allowed] ?? Infinity
  const nearest = Math.max(largestBelow(genuine, limit), largestBelow(impostor, limit))
  const threshold = nearest < 0 && limit > 0 ? 0 : nearest
  return { wantedFar: far, measurable: allowed >= 1, reliable: allowed >= RULE_OF_30, ...pointAt(distances, threshold) }
}

/** Where the two error rates are nearest to each other. */
export interface EqualErrorRate extends OperatingPoint {
  /** The average of the two. */
  eer: number
}

/** The equal error rate: of the thresholds that occur, the lowest at which the two rates differ least. */
export function equalErrorRate (distances: Distances): EqualErrorRate {
  const { genuine, impostor } = distances
  const gap = ({ far, frr }: OperatingPoint): number => Math.abs(far - frr)
  let before = pointAt(distances, -1)
  let accepted = 0
  let falseAccepts = 0
  for (;;) {
    const threshold = Math.min(genuine[accepted] ?? Infinity, impostor[falseAccepts] ?? Infinity)
    if (threshold === Infinity) break
    while (genuine[accepted]! <= threshold) accepted++
    while (impostor[falseAccepts]! <= threshold) falseAccepts++
    const falseRejects = genuine.length - accepted
    const point = {
      threshold, far: falseAccepts / impostor.length, frr: falseRejects / genuine.length, falseAccepts, falseRejects
    }
    // One rate only rises and the other only falls: after the crossing the gap only grows.
    if (gap(point) < gap(before)) before = point
    else if (point.far > point.frr) break
  }
  return { eer: (before.far + before.frr) / 2, ...before }
}

/**
 * Points of the detection error trade-off (Martin et al., Eurospeech 1997), about `perDecade` for each power of ten of
 * FAR.
 */
export function detCurve (distances: Distances, perDecade = 20): OperatingPoint[] {
  const { length } = distances.impostor
  const counts = new Set<number>()
  for (let count = 1; count < length; count *= 10 ** (1 / perDecade)) counts.add(Math.round(count))
  if (length > 0) counts.add(length)
  const points = [...counts].map((count) => pointAtFar(distances, count / length))
  return points.filter(({ threshold }, i) => threshold !== points[i - 1]?.threshold)
}
