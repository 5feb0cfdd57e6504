import type { Listeners } from '../encoding-store.ts'
import type { VersionedChange } from './user-rows.ts'

interface Announced {
  /** Of the newest change that is known; 0 after `resync`. */
  version: number
  /** Whether the listeners have been told of the user and not of their end. */
  present: boolean
}

/**
 * Which version of each user was announced to the listeners: a change is announced once, whether it was made here, was
 * read from the feed, or both, and an old state that arrives late is not announced at all.
 */
export interface AnnouncedUsers {
  /** A change of this process, which the feed will tell, too. */
  acceptOwn (change: VersionedChange): void
  /** A user as the feed has them. */
  acceptFed (change: VersionedChange): void
  /** The feed has a newer state of the user that cannot be read: what the listeners were told stays valid. */
  keep (key: string, version: number): void
  /** Whether the listeners need not be told. */
  isKnown (key: string, version: number): boolean
  /** From now on every version is news, also one that is lower: the feed starts anew. */
  resync (): void
  /** Users of whom the feed has not said anything since `resync`. */
  unconfirmed (): string[]
  count (): number
}

/** Knows nobody at first. */
export function createAnnouncedUsers (listeners: Listeners): AnnouncedUsers {
  const users = new Map<string, Announced>()
  let count = 0

  function accept ({ key, version, record }: VersionedChange): void {
    const before = users.get(key)
    if (before && before.version >= version) return
    const wasPresent = before?.present ?? false
    // A deleted user is remembered, or a page read before the deletion would bring them back.
    users.set(key, { version, present: record !== null })
    count += Number(record !== null) - Number(wasPresent)
    if (record || wasPresent) listeners.announce({ key, record })
  }

  return {
    acceptOwn: accept,
    acceptFed (change) {
      accept(change)
      // No later page has anything older.
      const known = users.get(change.key)
      if (known && !known.present && known.version <= change.version) users.delete(change.key)
    },
    keep (key, version) {
      const known = users.get(key)
      if (known && known.version < version) known.version = version
    },
    isKnown: (key, version) => (users.get(key)?.version ?? -1) >= version,
    resync () {
      for (const user of users.values()) user.version = 0
    },
    unconfirmed: () => [...users].filter(([, { version }]) => version === 0).map(([key]) => key),
    count: () => count
  }
}
