import type { SearchResult } from './door.ts'

/** What a rule does at its thresholds: the shares, 0..1, of strangers named and of enrolled people missed. */
export interface RuleCurve {
  rule: string
  points: Array<{ strangersNamed: number, missed: number }>
}

/** Shares of the distance to the runner-up that are taken off. */
const JOINT = [0.25, 0.5, 0.75]
/** Shares of strangers named at which the rules are compared. */
const RATES = { from: 5e-4, to: 0.05, steps: 40 }

type ScoreOf = (search: SearchResult) => number

function curve (rule: string, searches: readonly SearchResult[], scoreOf: ScoreOf): RuleCurve {
  const strangers = Float64Array.from(searches.filter(({ isEnrolled }) => !isEnrolled), scoreOf).sort()
  const enrolled = searches.filter(({ isEnrolled }) => isEnrolled)
  // Who is taken for somebody else is missed at every threshold.
  const scores = Float64Array.from(enrolled, (one) => one.nearest === one.person ? scoreOf(one) : Infinity)
  const points = Array.from({ length: RATES.steps + 1 }, (_, i) => {
    const wanted = RATES.from * (RATES.to / RATES.from) ** (i / RATES.steps)
    const accepted = Math.floor(wanted * strangers.length)
    const threshold = strangers[accepted] ?? Infinity
    return {
      strangersNamed: accepted / strangers.length,
      missed: scores.filter((score) => !(score < threshold)).length / scores.length
    }
  })
  return { rule, points: points.filter(({ strangersNamed }) => strangersNamed > 0) }
}

/**
 * Compares three rules on the same searches, each with its best threshold for every share of strangers named: the
 * distance alone, the distance with a margin to the runner-up, and the distance less a part of the runner-up's.
 */
export function ruleCurves (searches: readonly SearchResult[], margin: number): RuleCurve[] {
  return [
    curve('distance alone', searches, ({ distance }) => distance),
    curve(`with a margin of ${margin}`, searches, ({ distance, other }) => (
      other - distance < margin ? Infinity : distance
    )),
    ...JOINT.map((part) => curve(`d1 − ${part} × d2`, searches, ({ distance, other }) => distance - part * other))
  ]
}
