import { FaceError } from '../errors.ts'
import {
  dayOf, today, type ChangeSighting, type Sighting, type SightingStore
} from '../store/sightings/sighting-store.ts'
import { noSighting, withRecognitions } from './drift.ts'

/** People who are not registered any more go after so many days, as a damaged record may be mended until then. */
const ORPHAN_DAYS = 30

/** When users were last recognised, and how far from their encodings. Days are counted from 1970-01-01 in UTC. */
export interface Sightings {
  /** Somebody was recognised at this distance on the scale, at a moment in milliseconds since 1970. Only remembered. */
  note (key: string, distance: number, at?: number): void
  /** It was this encoding that the face was nearest to. Only remembered. */
  carried (key: string, encodingId: string): void
  /** How often each encoding was nearest, except for what other processes have not stored yet. */
  matches (key: string): Promise<ReadonlyMap<string, number>>
  /** The user's encodings are others now: distances to those before mean nothing any more. */
  restart (key: string): void
  /** The user is not registered now: what was noted and is not stored is dropped. */
  forget (key: string): void
  /** Stores what was noted since the last time. Throws what the store throws; what was noted is kept then. */
  flush (): Promise<void>
  /** The day on which the user was last recognised, except for what other processes have not stored yet. */
  lastSeen (key: string): Promise<number | null>
  /** The day since when sightings have been kept: who was not seen since may have been seen before. */
  since (): Promise<number>
  /** Everybody who was seen, as it is stored. */
  entries (): AsyncIterable<[key: string, sighting: Sighting]>
  /**
   * Erases the user's sighting, durably; before the encodings, so that a failure of either can be repeated. On a full
   * disk it goes as soon as there is room again.
   */
  erase (key: string): Promise<void>
  /** Erases the sightings of people who have not been registered for long. */
  prune (isRegistered: (key: string) => Promise<boolean>): Promise<void>
  /** Stores everything anew: encrypted with the key that the store writes with. */
  rewrite (): Promise<void>
  /** Stores what was noted, and closes the store. Throws as `flush`. */
  close (): Promise<void>
}

/** What was noted of one user and is not stored yet. */
interface Noted {
  isErased?: true
  isRestarted?: true
  days: Array<{ day: number, count: number, sum: number }>
  matches?: ReadonlyMap<string, number>
}

/** More encodings than a user has: those that are gone give way. */
const MATCHES_MAX = 128

/** Both added up, what is in the second one last. */
function addedUp (one: Iterable<[string, number]>, other: Iterable<[string, number]>): Map<string, number> {
  const sum = new Map(one)
  for (const [id, count] of other) {
    const before = sum.get(id) ?? 0
    sum.delete(id)
    sum.set(id, before + count)
  }
  return sum
}

/** The sighting with what was noted since; null if there is nothing to keep. */
function withNoted (present: Sighting | null, { isErased, isRestarted, days, matches }: Noted): Sighting | null {
  let sighting = isErased ? null : present
  const before = Object.entries(sighting?.matches ?? {})
  if (sighting && isRestarted) sighting = noSighting(sighting.day)
  for (const { day, count, sum } of days) sighting = withRecognitions(sighting ?? noSighting(day), day, count, sum)
  const added = [...addedUp(before, matches ?? [])].slice(-MATCHES_MAX)
  return sighting && added.length > 0 ? { ...sighting, matches: Object.fromEntries(added) } : sighting
}

/** What was noted first, and what later. */
function joined (first: Noted, later: Noted): Noted {
  if (later.isErased) return later
  return {
    ...first,
    ...later,
    days: later.isRestarted ? later.days : [...first.days, ...later.days],
    matches: addedUp(first.matches ?? [], later.matches ?? [])
  }
}

/** Notes in memory and stores when it is told to: a crash loses what was noted since. */
export function createSightings (store: SightingStore): Sightings {
  /** At most one entry for each registered user. */
  const noted = new Map<string, Noted>()
  /** What is being stored now. */
  let taken = new Map<string, Noted>()
  let flushing: Promise<void> | undefined

  function notedOf (key: string): Noted {
    const entry = noted.get(key) ?? { days: [] }
    noted.set(key, entry)
    return entry
  }

  async function flush (): Promise<void> {
    taken = new Map(noted)
    noted.clear()
    const change: ChangeSighting = (key, present) => {
      const entry = taken.get(key)
      return entry ? withNoted(present, entry) : present
    }
    try {
      await store.update([...taken.keys()], change, (stored) => { for (const key of stored) taken.delete(key) })
    } catch (err) {
      for (const [key, entry] of taken) noted.set(key, joined(entry, noted.get(key) ?? { days: [] }))
      taken.clear()
      throw err
    }
  }

  const flushNow = (): Promise<void> => (flushing ??= flush().finally(() => { flushing = undefined }))

  return {
    note (key, distance, at = Date.now()) {
      const { days } = notedOf(key)
      const day = dayOf(at)
      const last = days.at(-1)
      if (last?.day === day) {
        last.count++
        last.sum += distance
      } else {
        days.push({ day, count: 1, sum: distance })
      }
    },
    carried (key, encodingId) {
      const entry = notedOf(key)
      entry.matches = addedUp(entry.matches ?? [], [[encodingId, 1]])
    },
    async matches (key) {
      const stored = noted.get(key)?.isErased ? {} : (await store.read(key))?.matches ?? {}
      return [taken, noted].reduce((sum, entries) => (
        addedUp(sum, entries.get(key)?.matches ?? [])
      ), new Map(Object.entries(stored)))
    },
    restart: (key) => { noted.set(key, joined(notedOf(key), { isRestarted: true, days: [] })) },
    forget (key) {
      taken.delete(key)
      const entry = noted.get(key)
      if (entry?.isErased) noted.set(key, { isErased: true, days: [] })
      else noted.delete(key)
    },
    flush: flushNow,
    async lastSeen (key) {
      const day = noted.get(key)?.days.at(-1)?.day ?? taken.get(key)?.days.at(-1)?.day
      return day ?? (await store.read(key))?.day ?? null
    },
    since: store.since,
    entries: store.entries,
    async erase (key) {
      taken.delete(key)
      // Once more with the next flush: a process that has not heard of it may still store what it noted.
      noted.set(key, { isErased: true, days: [] })
      await store.update([key], () => null).catch((err: unknown) => {
        if (!(err instanceof FaceError && err.code === 'STORE_FULL')) throw err
      })
    },
    async prune (isRegistered) {
      const before = today() - ORPHAN_DAYS
      const orphans: string[] = []
      for await (const [key, { day }] of store.entries()) {
        if (day < before && !await isRegistered(key)) orphans.push(key)
      }
      await store.update(orphans, (_key, present) => present && present.day < before ? null : present)
    },
    async rewrite () {
      const keys: string[] = []
      for await (const [key] of store.entries()) keys.push(key)
      await store.update(keys, (_key, present) => present && { ...present })
    },
    async close () {
      try {
        await flushing?.catch(() => {}) // Whoever asked for it knows.
        await flushNow()
      } finally {
        await store.close()
      }
    }
  }
}
