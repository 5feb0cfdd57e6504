import { forEachOf } from '../for-each-of.ts'
import type { DocumentStore } from '../store/documents/document-store.ts'
import type { EncodingStore, UserRecord } from '../store/encoding-store.ts'
import { dayOf, today as presentDay } from '../store/sightings/sighting-store.ts'
import type { Sightings } from './sightings.ts'

/** So long before they are deleted, users count as expiring. */
export const NOTICE_DAYS = 7
/** A document of the collection `settings`: the day on which a process last deleted who was due. */
const LEASE = 'retention'
const LANES = 4

/** Deletes users who were not seen for `RETENTION_DAYS`. */
export interface Retention {
  /** Users who will be deleted within {@link NOTICE_DAYS} unless they are seen, as of the last look. */
  expiring (): number
  /**
   * Looks at everybody. One process a day deletes who is due, and returns how many those were; the others, and later
   * looks, return null. Throws what the stores throw; the rest is deleted another day.
   */
  look (): Promise<number | null>
}

export interface RetentionParts {
  days: number
  store: Pick<EncodingStore, 'onChange' | 'get' | 'update'>
  sightings: Pick<Sightings, 'since' | 'entries' | 'lastSeen' | 'erase'>
  documents: Pick<DocumentStore, 'update'>
  /** Runs a user's deletion; for the audit log. */
  onExpire: (key: string, expire: () => Promise<void>) => Promise<void>
  /** For tests: days since 1970-01-01. */
  today?: () => number
}

/** Call it before the store is opened: it follows the store. */
export function createRetention (
  { days, store, sightings, documents, onExpire, today = presentDay }: RetentionParts
): Retention {
  /** The day of everybody's last change. */
  const changed = new Map<string, number>()
  let expiring = 0
  store.onChange(({ key, record }) => {
    if (record) changed.set(key, dayOf(Date.parse(record.updatedAt)))
    else changed.delete(key)
  })

  /** Whether a full `days` have passed since the day, and not only a part of the last one. */
  const isDue = (day: number): boolean => today() - day > days

  /** Everybody's last day: seen, registered or changed, and never before anybody looked. */
  async function lastDays (): Promise<Map<string, number>> {
    const since = await sightings.since()
    const found = new Map([...changed].map(([key, day]) => [key, Math.max(day, since)]))
    for await (const [key, { day }] of sightings.entries()) {
      const known = found.get(key)
      if (known !== undefined && day > known) found.set(key, day)
    }
    return found
  }

  /** Whether this process is the one that deletes today. */
  async function takeLease (): Promise<boolean> {
    const day = today()
    let isTaken = false
    await documents.update('settings', LEASE, (present) => {
      isTaken = Number(present?.['day'] ?? -1) < day
      return isTaken ? { day } : present
    })
    return isTaken
  }

  async function expire (key: string): Promise<boolean> {
    // It may have been noted since, and is not stored yet.
    const seen = await sightings.lastSeen(key)
    if (seen !== null && !isDue(seen)) return false
    const isOld = (record: UserRecord | null): boolean =>
      record !== null && isDue(dayOf(Date.parse(record.updatedAt)))
    if (!isOld(await store.get(key))) return false
    await onExpire(key, async () => {
      await sightings.erase(key)
      // The user may have been registered again since: what counts is found under the user's lock.
      await store.update(key, (present) => isOld(present) ? null : present)
    })
    return true
  }

  return {
    expiring: () => expiring,
    async look () {
      const last = await lastDays()
      const due = [...last].filter(([, day]) => isDue(day)).map(([key]) => key)
      expiring = [...last.values()].filter((day) => isDue(day - NOTICE_DAYS)).length
      if (due.length === 0 || !await takeLease()) return null
      let deleted = 0
      await forEachOf(due, LANES, async (key) => {
        if (await expire(key)) deleted++
      })
      expiring -= deleted
      return deleted
    }
  }
}
