import { probit } from '../../src/networks/normal.ts'

/** The tail of the distances between different people, as Euclidean distances and rates of pairs, 0..1. */
export interface Tail {
  distanceAt (far: number): number
  rateAt (distance: number): number
}

/** Rates between which the tail is followed, and how many of them for each power of ten. */
const FIT = { from: 1e-5, to: 1e-3, perDecade: 10 }
/** Pairs from which on the smallest of these rates can be seen. */
export const TAIL_PAIRS_MIN = 1_000_000

const HALVINGS = 60
/** Of the smallest rate that is told from 0, the power of ten. */
const LEAST = -300

/** The standard normal distribution at `x`, 0..1: the inverse of {@link probit}, by halving. */
function normal (x: number): number {
  if (x > 0) return 1 - normal(-x)
  let [low, high] = [LEAST, Math.log10(0.5)]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (probit(10 ** middle) < x) low = middle
    else high = middle
  }
  return 10 ** high
}

/**
 * Follows the tail of sorted distances by the straight line that their squares, in which a cosine is linear, make with
 * the normal quantile of the rate.
 */
export function fitTail (impostor: Float64Array): Tail {
  const points: Array<readonly [x: number, y: number]> = []
  for (let far = FIT.from; far <= FIT.to * 1.0001; far *= 10 ** (1 / FIT.perDecade)) {
    points.push([probit(far), impostor[Math.round(far * impostor.length)]! ** 2])
  }
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  const slope = mean(points.map(([x, y]) => (x - mx) * (y - my))) / mean(points.map(([x]) => (x - mx) ** 2))
  return {
    distanceAt: (far) => Math.sqrt(my + slope * (probit(far) - mx)),
    rateAt: (distance) => normal(mx + (distance ** 2 - my) / slope)
  }
}
