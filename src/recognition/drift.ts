import type { Sighting } from '../store/sightings/sighting-store.ts'

/** So many days are the first ones, and so many count as recent. */
const WINDOW_DAYS = 10
/** Both are known, and the days in between tell how much one differs from another. */
const DAYS_MIN = 2 * WINDOW_DAYS
/** Less of a rise is nobody's concern, however certain. */
const RISE_MIN = 0.05
/** Standard errors. By chance one steady user in 2,000 seems to drift after 20 days, and fewer later. */
const ERRORS_MIN = 4

/** An exponential mean with this weight varies as much as the mean of {@link WINDOW_DAYS} days. */
const RECENT_WEIGHT = 2 / (WINDOW_DAYS + 1)

/** Nothing was seen before `day`. */
export const noSighting = (day: number): Sighting =>
  ({ day, count: 0, sum: 0, days: 0, first: 0, recent: 0, last: 0, squares: 0 })

/** The day becomes one of those before. */
function closeDay ({ count, sum, days, first, recent, last, squares, ...rest }: Sighting): Sighting {
  const mean = sum / count
  const weight = Math.max(RECENT_WEIGHT, 1 / (days + 1))
  return {
    ...rest,
    count: 0,
    sum: 0,
    days: days + 1,
    first: days < WINDOW_DAYS ? first + (mean - first) / (days + 1) : first,
    recent: recent + (mean - recent) * weight,
    last: mean,
    squares: days === 0 ? 0 : squares + (mean - last) ** 2
  }
}

/** With further recognitions of one day. Those of a day that is over, which come late, count for the present one. */
export function withRecognitions (present: Sighting, day: number, count: number, sum: number): Sighting {
  const before = day > present.day && present.count > 0 ? closeDay(present) : present
  return { ...before, day: Math.max(day, present.day), count: before.count + count, sum: before.sum + sum }
}

/** How far somebody's recognitions have moved away from their encodings, on the scale. */
export interface Drift {
  /** Mean distance after the registration, and recently. */
  first: number
  recent: number
  /** Days on which there were recognitions. */
  days: number
}

/**
 * The drift of somebody whose recent recognitions lie further from their encodings than the first ones did, by more
 * than the days differ among themselves; else null. Days are compared with the day before (von Neumann 1941), so that
 * the drift itself does not count as noise.
 */
export function driftOf ({ days, first, recent, squares }: Sighting): Drift | null {
  if (days < DAYS_MIN || recent - first < RISE_MIN) return null
  const variance = squares / (2 * (days - 1))
  const standardError = Math.sqrt(variance * 2 / WINDOW_DAYS)
  return recent - first > ERRORS_MIN * standardError ? { first, recent, days } : null
}
