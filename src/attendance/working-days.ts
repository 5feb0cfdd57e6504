import { Temporal } from 'temporal-polyfill'

/** The days of a site: each begins when its clock first shows a stated time, and ends as the next begins. */
export interface WorkingDays {
  /** The day, as `YYYY-MM-DD`, that a moment belongs to. */
  dayOf (at: number): string
  /** When the day begins. The one after it is its end: {@link WorkingDays.endOf}. */
  startOf (day: string): number
  endOf (day: string): number
  /** The day after it. */
  after (day: string): string
}

/** Days whose beginning is remembered; of 27 years. */
const REMEMBERED_MAX = 10_000

/**
 * Moments are milliseconds since 1970, days ISO 8601. `zone` is a name of the IANA database, `dayStarts` a time of the
 * day, `HH:MM`. Where the clock is set forward over that time the day begins as it is set; where it is set back and
 * shows it twice, the first counts. So days follow each other without gap or overlap; one that a zone left out, as
 * Samoa's 30 December 2011, is empty, or as short as what the clock showed of it.
 */
export function createWorkingDays (zone: string, dayStarts: string): WorkingDays {
  const time = Temporal.PlainTime.from(dayStarts)
  const starts = new Map<string, number>()

  function findStart (day: string): number {
    const onTheWall = Temporal.PlainDate.from(day).toPlainDateTime(time)
    const first = onTheWall.toZonedDateTime(zone, { disambiguation: 'earlier' })
    if (first.toPlainDateTime().equals(onTheWall)) return first.epochMilliseconds
    // The clock never shows it: 'later' is the moment at which it is set forward, or one after that.
    const later = onTheWall.toZonedDateTime(zone, { disambiguation: 'later' })
    return later.add({ nanoseconds: 1 }).getTimeZoneTransition('previous')!.epochMilliseconds
  }

  function startOf (day: string): number {
    const known = starts.get(day)
    if (known !== undefined) return known
    if (starts.size >= REMEMBERED_MAX) starts.clear()
    const start = findStart(day)
    starts.set(day, start)
    return start
  }

  const next = (day: string, days: number): string => Temporal.PlainDate.from(day).add({ days }).toString()

  return {
    startOf,
    endOf: (day) => startOf(next(day, 1)),
    after: (day) => next(day, 1),
    dayOf (at) {
      // A day later than the answer at most, so the one after the answer is known.
      let day = next(Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString(), 1)
      while (startOf(day) > at) day = next(day, -1)
      return day
    }
  }
}
