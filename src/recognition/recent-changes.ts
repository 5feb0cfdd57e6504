import type { EncodingStore, UserRecord } from '../store/encoding-store.ts'

/** What was stored since somebody asked to be told; nothing is kept while nobody does. */
export interface RecentChanges {
  follow (): {
    /** Of the users who were stored since, the record as it is now. */
    records (): UserRecord[]
    end (): void
  }
}

/** Follows the store, beside the gallery. */
export function createRecentChanges (store: Pick<EncodingStore, 'onChange'>): RecentChanges {
  const followers = new Set<Map<string, UserRecord>>()
  store.onChange(({ key, record }) => {
    for (const records of followers) {
      if (record) records.set(key, record)
      else records.delete(key)
    }
  })

  return {
    follow () {
      const records = new Map<string, UserRecord>()
      followers.add(records)
      return { records: () => [...records.values()], end: () => { followers.delete(records) } }
    }
  }
}
