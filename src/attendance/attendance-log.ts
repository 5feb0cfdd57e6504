import type { AttendanceEvent, Fact } from './event.ts'

/** What a recording must know of what was recorded before. */
export interface Scope {
  /** `String(userId)`. */
  userKey: string
  /** The user's events of this time are wanted; milliseconds since 1970, both inclusive, at most a few days. */
  from: number
  until: number
  /** And these ones, whosever they are. */
  ids: readonly string[]
}

export interface Seen {
  /** The user's events in the scope's time, in order. */
  events: AttendanceEvent[]
  byId: ReadonlyMap<string, AttendanceEvent>
}

/** Where a page goes on: behind this event. */
export interface Position {
  at: number
  id: string
}

export interface EventRange {
  from: number
  /** Exclusive. */
  until: number
  after?: Position | undefined
  /** Of this user alone; `String(userId)`. */
  userKey?: string | undefined
}

/**
 * Keeps the facts of attendance. An acknowledged one survives `kill -9` and power loss, and is seen by every process
 * that shares the folder or the database.
 */
export interface AttendanceLog {
  /**
   * Appends what `make` makes of what is there; nothing of any process comes between. Resolves when it is durable, to
   * the facts. What `make` throws is rethrown, and nothing is appended. Throws `STORE_UNAVAILABLE` or `STORE_FULL` when
   * the storage fails; then nothing was acknowledged, and the facts may be there or not. `make` may be called again.
   */
  append (scope: Scope, make: (seen: Seen) => Fact[]): Promise<readonly Fact[]>
  /** At most `limit` events of the range that `matches` accepts, by time and id. Throws `STORE_UNAVAILABLE`. */
  page (range: EventRange, limit: number, matches: (event: AttendanceEvent) => boolean): Promise<AttendanceEvent[]>
  /** The event of this id, or null. Throws `STORE_UNAVAILABLE`. */
  get (id: string): Promise<AttendanceEvent | null>
  /** Forgets the days, in UTC, before this one; returns how many events went. Throws as `append`. */
  forgetBefore (day: string): Promise<number>
  close (): Promise<void>
}

/** Order of pages. */
export function compareEvents (one: Position, two: Position): number {
  if (one.at !== two.at) return one.at - two.at
  return one.id < two.id ? -1 : Number(one.id > two.id)
}
