import type pg from 'pg'
import { readChanges, type FeedPage, type StampedChange } from './feed-pages.ts'

/** A failover loses the latest changes. If all of these users have changed since, everything is read anew. */
const CHANGES_MAX = 1_000

/**
 * The latest changes that are known here. After a failover to a server that lacked the last ones, or after a restore,
 * the database has another past: versions are used again for other changes, which their numbers alone do not tell.
 */
export interface KnownHistory {
  /** A change that the feed has read; these come in the order of their versions. */
  addRead (change: StampedChange): void
  /** A change that was announced before the feed has read it. */
  addUnread (change: StampedChange): void
  /** Whether the database still has every change up to `position`, and those that are not read. */
  isContinued (client: pg.ClientBase, position: number, page: FeedPage): Promise<boolean>
  clear (): void
}

/** Knows nothing at first. */
export function createKnownHistory (): KnownHistory {
  /** The latest change of each user, newest last. */
  const read = new Map<string, StampedChange>()
  const unread = new Map<string, StampedChange>()

  const isSame = (one: StampedChange, other: StampedChange | undefined): boolean =>
    one.version === other?.version && one.changedAt === other.changedAt

  return {
    addRead (change) {
      const { key, version, changedAt, record } = change
      read.delete(key)
      read.set(key, { key, version, changedAt, record: record && true }) // Not its bytes.
      if ((unread.get(key)?.version ?? Infinity) <= version) unread.delete(key)
      const [oldest] = read.keys()
      if (read.size > CHANGES_MAX && oldest !== undefined) read.delete(oldest)
    },
    addUnread ({ key, version, changedAt, record }) {
      const known = Math.max(read.get(key)?.version ?? 0, unread.get(key)?.version ?? 0)
      if (known < version) unread.set(key, { key, version, changedAt, record: record && true })
    },
    async isContinued (client, position, { rows, before, newest, pruned }) {
      if (position < pruned || position > newest) return false
      // Whoever has the same change under a version has the same ones before it.
      if (before ? !isSame(before, read.get(before.key)) : read.size === CHANGES_MAX) return false
      // Those after it were followed by later ones of the same users, or they are lost.
      const after = before?.version ?? 0
      const expected = [...read.values()].filter(({ version }) => version > after)
        .concat([...unread.values()].filter(({ version }) => version <= newest))
        .filter(({ version, record }) => record !== null || version > pruned)
      const there = new Map<string, StampedChange>(rows.map((row) => [row.key, row]))
      const others = expected.flatMap(({ key }) => there.has(key) ? [] : [key])
      if (others.length > 0) for (const change of await readChanges(client, others)) there.set(change.key, change)
      return expected.every((change) => {
        const latest = there.get(change.key)
        return isSame(change, latest) || (latest?.version ?? 0) > Math.max(change.version, position)
      })
    },
    clear () {
      read.clear()
      unread.clear()
    }
  }
}
