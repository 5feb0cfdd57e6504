import { createRandom } from './random.ts'

/** A rate with its 95 % interval, all 0..1; NaN without trials. */
export interface Rate {
  rate: number
  least: number
  most: number
}

/** How often each person was drawn; everybody once is the sample itself. */
export type Weights = Uint16Array

const ROUNDS = 1000
const SHARE = 0.95
/** Without a single event in `n` independent trials, the rate is below 3 / n with 95 % confidence. */
const RULE_OF_THREE = 3

/** Draws of all people with replacement, always the same for a seed. */
export function drawPeople (people: number, seed: number): Weights[] {
  const random = createRandom(seed)
  return Array.from({ length: ROUNDS }, () => {
    const weights = new Uint16Array(people)
    for (let i = 0; i < people; i++) weights[Math.floor(random() * people)]!++
    return weights
  })
}

/**
 * A rate with the interval that holds the middle 95 % of what it is when the people are drawn anew (percentile
 * bootstrap, Efron 1979): photos of one person are no independent trials. Where nothing happened, drawing anew tells
 * nothing: then the interval ends at the rule of three for `tried` people (Hanley and Lippman-Hand, 1983).
 */
export function rateOf (of: (weights: Weights) => number, draws: readonly Weights[], tried: number): Rate {
  const rate = of(new Uint16Array(draws[0]!.length).fill(1))
  if (!(rate > 0)) return { rate, least: rate, most: Number.isNaN(rate) ? NaN : Math.min(1, RULE_OF_THREE / tried) }
  const rates = Float64Array.from(draws, of).filter((one) => !Number.isNaN(one)).sort()
  const at = (share: number): number => Math.min(1, rates[Math.round(share * (rates.length - 1))]!)
  return { rate, least: at((1 - SHARE) / 2), most: at((1 + SHARE) / 2) }
}
