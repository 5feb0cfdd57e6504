import type { SearchResult } from './door.ts'
import { rateOf, type Rate, type Weights } from './bootstrap.ts'

/** What came of one search; people by index. */
export interface Outcome extends Pick<SearchResult, 'person' | 'isEnrolled'> {
  /** Null: nobody. */
  named: number | null
}

/** What a door does. Of the searches of people who are enrolled `right`, `wrong` and `notNamed`. */
export interface DoorRates {
  right: Rate
  wrong: Rate
  notNamed: Rate
  strangersNamed: Rate
}

type Statistic = (weights: Weights) => number

/** How many of the trials are by the people drawn. */
function counter (trials: ReadonlyArray<Pick<Outcome, 'person'>>): Statistic {
  const counts = new Map<number, number>()
  for (const { person } of trials) counts.set(person, (counts.get(person) ?? 0) + 1)
  return (weights) => {
    let sum = 0
    for (const [person, count] of counts) sum += weights[person]! * count
    return sum
  }
}

/**
 * The share of the trials that ended so. To be named as somebody else takes two people: when people are drawn anew,
 * that counts as often as the one was drawn times the other (both margins resampled, Owen 2007).
 */
export function shareOf<T extends Pick<Outcome, 'person'> & Partial<Outcome>> (
  trials: readonly T[], isEvent: (trial: T) => boolean
): Statistic {
  const events = trials.filter(isEvent)
  const isConfusion = ({ person, named = null }: T): boolean => named !== null && named !== person
  const [tried, alone] = [counter(trials), counter(events.filter((event) => !isConfusion(event)))]
  const confusions = events.filter(isConfusion)
  return (weights) => {
    let happened = alone(weights)
    for (const { person, named } of confusions) happened += weights[person]! * weights[named!]!
    return happened / tried(weights)
  }
}

/** The rates of these outcomes, with their intervals. */
export function doorRates (outcomes: readonly Outcome[], draws: readonly Weights[]): DoorRates {
  const enrolled = outcomes.filter(({ isEnrolled }) => isEnrolled)
  const strangers = outcomes.filter(({ isEnrolled }) => !isEnrolled)
  const rate = (trials: readonly Outcome[], isEvent: (outcome: Outcome) => boolean): Rate =>
    rateOf(shareOf(trials, isEvent), draws, new Set(trials.map(({ person }) => person)).size)
  return {
    right: rate(enrolled, ({ person, named }) => named === person),
    wrong: rate(enrolled, ({ person, named }) => named !== null && named !== person),
    notNamed: rate(enrolled, ({ named }) => named === null),
    strangersNamed: rate(strangers, ({ named }) => named !== null)
  }
}

/**
 * The share of the enrolled people's searches whose nearest is somebody else, or further than where `fpir` of the
 * strangers' searches find somebody, with its interval; the limit is found anew for each draw of people.
 */
export function fnirAt (fpir: number, searches: readonly SearchResult[], draws: readonly Weights[]): Rate {
  const strangers = searches.filter(({ isEnrolled }) => !isEnrolled)
    .toSorted((one, other) => one.distance - other.distance)
  const enrolled = searches.filter(({ isEnrolled }) => isEnrolled)

  function limitOf (weights: Weights): number {
    let allowed = 0
    for (const { person } of strangers) allowed += fpir * weights[person]!
    for (const { person, nearest, distance } of strangers) {
      allowed -= weights[person]! * weights[nearest]!
      if (allowed < 0) return distance
    }
    return Infinity
  }

  return rateOf((weights) => {
    const limit = limitOf(weights)
    let [tried, missed] = [0, 0]
    for (const { person, nearest, distance } of enrolled) {
      tried += weights[person]!
      if (nearest !== person || !(distance < limit)) missed += weights[person]!
    }
    return missed / tried
  }, draws, new Set(enrolled.map(({ person }) => person)).size)
}
