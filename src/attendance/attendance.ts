import { randomUUID } from 'node:crypto'
import type { Config } from '../config.ts'
import { FaceError } from '../errors.ts'
import type { UserId } from '../store/encoding-store.ts'
import type { AttendanceLog, EventRange, Seen } from './attendance-log.ts'
import { summariseDay, type DaySummary } from './day-summary.ts'
import {
  counts, dayOfEvent, eventId, stateOf, tagOf, type AttendanceEvent, type Decision, type Direction, type Fact,
  type Passage, type Ruling, type Source
} from './event.ts'
import { createWorkingDays } from './working-days.ts'

/** What a kiosk's clock may be ahead of the server's. */
const AHEAD_MS_MAX = 120_000
/** A kiosk that was offline for longer is refused: an administrator enters what it has seen. */
const LATE_MS_MAX = 72 * 3_600_000
const PAGE_EVENTS = 1_000
/** Of an event's own name, in that of its correction. */
const TAG_CHARACTERS = 40
/** For changes of events that are named. */
const NOBODY = { userKey: '', from: 1, until: 0 }

/** Somebody passed a door. */
export interface Sighting {
  userId: UserId
  source: Source
  /** Milliseconds since 1970; now unless told. */
  at?: number
  /** What the kiosk calls the event, if it may send it twice: 8 to 64 letters, digits, `-` and `_`. */
  tag?: string
  /** In and out by turns in a day unless told. */
  direction?: Direction
  kiosk?: string
  /** 0..1 */
  confidence?: number
  /** 0..1 */
  quality?: number
  isToBeConfirmed?: boolean
  by?: string
  reason?: string
}

export interface Recorded {
  event: AttendanceEvent
  /** It was there already: sent twice, or a double tap. */
  isRepeated: boolean
}

/** What an administrator changes of an event. */
export interface Correction {
  at?: number
  direction?: Direction
  userId?: UserId
  by: string
  reason: string
}

export interface EventFilter extends EventRange {
  matches?: ((event: AttendanceEvent) => boolean) | undefined
}

/** Whose events; everybody's unless told. */
export type PeopleFilter = Pick<EventFilter, 'userKey' | 'matches'>

/** One person's day. */
export interface PersonDay extends DaySummary {
  day: string
  userId: UserId
}

export interface Attendance {
  /**
   * Records a passage durably. The same tag, or a second one of the person within `ATTENDANCE_DEBOUNCE_SECONDS`, is the
   * event that is there. Throws `EVENT_TIME_REFUSED` for a time ahead of the server's clock or more than 72 hours ago,
   * and as {@link AttendanceLog.append}.
   */
  record (sighting: Sighting): Promise<Recorded>
  /** Decides about an event. Throws `EVENT_NOT_FOUND`. */
  rule (id: string, decision: Exclude<Decision, 'replaced'>, by: string, reason?: string): Promise<AttendanceEvent>
  /** Puts another event in the place of one. Throws `EVENT_NOT_FOUND`, and `EVENT_REPLACED` if that was done before. */
  correct (id: string, correction: Correction): Promise<AttendanceEvent>
  page (filter: EventFilter, limit: number): Promise<AttendanceEvent[]>
  /** All events of the filter, page by page. */
  events (filter: EventFilter): AsyncIterable<AttendanceEvent>
  /** Days from one to another, both inclusive, `YYYY-MM-DD`: day by day, of each person whom the day has seen. */
  days (from: string, until: string, people?: PeopleFilter): AsyncIterable<PersonDay>
  /** The last event today of those who came and have not gone. */
  present (people?: PeopleFilter): Promise<AttendanceEvent[]>
}

type AttendanceConfig = Pick<
  Config, 'ATTENDANCE_DEBOUNCE_SECONDS' | 'ATTENDANCE_TIMEZONE' | 'ATTENDANCE_DAY_STARTS'
>

/** What is recorded, and what follows from it. `now` is for tests. */
export function createAttendance (
  { log, config, now = Date.now }: { log: AttendanceLog, config: AttendanceConfig, now?: () => number }
): Attendance {
  const workingDays = createWorkingDays(config.ATTENDANCE_TIMEZONE, config.ATTENDANCE_DAY_STARTS)
  const debounceMs = config.ATTENDANCE_DEBOUNCE_SECONDS * 1000

  /** In and out by turns, beginning with in. */
  function nextDirection ({ events }: Seen, at: number): Direction {
    const dayStart = workingDays.startOf(workingDays.dayOf(at))
    const before = events.findLast((event) => counts(event) && event.at >= dayStart && event.at <= at)
    return before?.direction === 'in' ? 'out' : 'in'
  }

  async function record ({ at: sentAt, tag = randomUUID(), direction, ...sighting }: Sighting): Promise<Recorded> {
    const recordedAt = now()
    const at = sentAt ?? recordedAt
    const isManual = sighting.source === 'manual'
    if (at > recordedAt + AHEAD_MS_MAX) {
      throw new FaceError('EVENT_TIME_REFUSED', { message: 'The time lies in the future: set the clock of the kiosk' })
    }
    if (!isManual && at < recordedAt - LATE_MS_MAX) throw new FaceError('EVENT_TIME_REFUSED')
    const id = eventId(at, tag)
    const scope = {
      userKey: String(sighting.userId),
      from: Math.min(at - debounceMs, workingDays.startOf(workingDays.dayOf(at))),
      until: at + debounceMs,
      ids: [id]
    }
    let repeated: AttendanceEvent | undefined
    const [fact] = await log.append(scope, (seen) => {
      const isDoubleTap = (event: AttendanceEvent): boolean => counts(event) && Math.abs(event.at - at) <= debounceMs &&
        (direction === undefined || event.direction === direction)
      repeated = seen.byId.get(id) ?? (isManual ? undefined : seen.events.find(isDoubleTap))
      if (repeated) return []
      const passage = { ...sighting, id, at, recordedAt, direction: direction ?? nextDirection(seen, at) }
      return [{ type: 'passage', passage }]
    })
    if (repeated) return { event: repeated, isRepeated: true }
    return { event: { ...(fact as Fact & { type: 'passage' }).passage, rulings: [] }, isRepeated: false }
  }

  /** Appends a decision about an event that is there. */
  async function decide (id: string, makeRuling: (event: AttendanceEvent) => Ruling | null): Promise<AttendanceEvent> {
    if (dayOfEvent(id) === null) throw new FaceError('EVENT_NOT_FOUND')
    let decided: AttendanceEvent | undefined
    await log.append({ ...NOBODY, ids: [id] }, ({ byId }) => {
      const event = byId.get(id)
      if (!event) throw new FaceError('EVENT_NOT_FOUND')
      const ruling = makeRuling(event)
      decided = ruling ? { ...event, rulings: [...event.rulings, ruling] } : event
      return ruling ? [{ type: 'ruling', of: id, ruling }] : []
    })
    return decided!
  }

  async function correct (id: string, { at, direction, userId, by, reason }: Correction): Promise<AttendanceEvent> {
    const original = await log.get(id)
    if (!original) throw new FaceError('EVENT_NOT_FOUND')
    const { isToBeConfirmed, rulings, ...kept } = original
    const passage: Passage = {
      ...kept,
      at: at ?? original.at,
      direction: direction ?? original.direction,
      userId: userId ?? original.userId,
      recordedAt: now(),
      source: 'manual',
      replaces: id,
      by,
      reason
    }
    // The same again after a crash between the two facts.
    passage.id = eventId(passage.at, `${tagOf(id).slice(0, TAG_CHARACTERS)}-${rulings.length + 1}`)
    const ruling: Ruling = { decision: 'replaced', by, at: new Date(passage.recordedAt).toISOString(), reason }
    await log.append({ ...NOBODY, ids: [id, passage.id] }, ({ byId }) => {
      if (stateOf(byId.get(id)!) === 'replaced') throw new FaceError('EVENT_REPLACED')
      const facts: Fact[] = [{ type: 'ruling', of: id, ruling }]
      return byId.has(passage.id) ? facts : [{ type: 'passage', passage }, ...facts]
    })
    return { ...passage, rulings: [] }
  }

  const page = ({ matches = () => true, ...range }: EventFilter, limit: number): Promise<AttendanceEvent[]> => (
    log.page(range, limit, matches)
  )

  async function * events (filter: EventFilter): AsyncIterable<AttendanceEvent> {
    for (let after = filter.after; ;) {
      const found = await page({ ...filter, after }, PAGE_EVENTS)
      yield * found
      if (found.length < PAGE_EVENTS) return
      const { at, id } = found.at(-1)!
      after = { at, id }
    }
  }

  /** By person, of those whom a day has seen. */
  async function passagesOf (
    day: string, { userKey, matches = () => true }: PeopleFilter = {}
  ): Promise<AttendanceEvent[][]> {
    const byUser = new Map<string, AttendanceEvent[]>()
    const range = { from: workingDays.startOf(day), until: workingDays.endOf(day) }
    for await (const event of events({ ...range, userKey, matches: (one) => counts(one) && matches(one) })) {
      const key = String(event.userId)
      const known = byUser.get(key)
      if (known) known.push(event)
      else byUser.set(key, [event])
    }
    return [...byUser.values()]
  }

  return {
    record,
    correct,
    page,
    events,
    rule: (id, decision, by, reason) => decide(id, () => (
      { decision, by, at: new Date(now()).toISOString(), ...reason !== undefined && { reason } }
    )),
    async * days (from, until, people) {
      for (let day = from; day <= until; day = workingDays.after(day)) {
        for (const passages of await passagesOf(day, people)) {
          yield { day, userId: passages[0]!.userId, ...summariseDay(passages) }
        }
      }
    },
    async present (people) {
      const today = await passagesOf(workingDays.dayOf(now()), people)
      return today.flatMap((passages) => passages.at(-1)!.direction === 'in' ? [passages.at(-1)!] : [])
    }
  }
}
