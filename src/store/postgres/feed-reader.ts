import type pg from 'pg'
import type { OnStoreEvent } from '../store-event.ts'
import type { StoredUser } from '../encoding-store.ts'
import type { TaskQueue } from '../../task-queue.ts'
import { UnknownKeyError } from '../record/errors.ts'
import type { AnnouncedUsers } from './announced-users.ts'
import { readPage, type FeedPage } from './feed-pages.ts'
import type { KnownHistory } from './known-history.ts'
import { rowName, type UserRows } from './user-rows.ts'

/** Before all versions, and before the one up to which deletions may be forgotten. */
const BEGINNING = -1

/** Announces what is in the database and was not announced yet. */
export interface FeedReader {
  /**
   * Reads every change since the last call that succeeded, everybody the first time; `onPage` is called in between.
   * Changes are announced in the user's turn in the queue, which is not waited for.
   */
  catchUp (client: pg.ClientBase, onPage: () => void): Promise<void>
  /**
   * Announces every change that is not announced yet, except those of `key`, and has done so when it resolves; for
   * callers that hold the change counter. Throws if the database has lost changes, until `catchUp` has found out.
   */
  catchUpInTurn (client: pg.ClientBase, key: string): Promise<void>
  /** How many of the rows that were read are damaged. */
  damaged (): number
  /** How many are intact and cannot be read: of an unknown key, or not understood. */
  unreadable (): number
}

/** Has read nothing at first. The queue keeps what is read from overtaking a change of this process. */
export function createFeedReader ({ rows, users, history, queue, onEvent }: {
  rows: UserRows, users: AnnouncedUsers, history: KnownHistory, queue: TaskQueue, onEvent: OnStoreEvent
}): FeedReader {
  const unknownKeys = new Set<string>()
  const damaged = new Set<string>()
  const unreadable = new Set<string>()
  /** Every change up to this version was read; stays at the beginning until everybody was. */
  let position = BEGINNING

  /** The row, or null for one that is intact and cannot be read. */
  function decode (key: string, bytes: Buffer | null): StoredUser | null {
    try {
      return rows.decode(key, bytes)
    } catch (err) {
      if (!(err instanceof UnknownKeyError)) throw err
      // Told once: with a new key on the other servers, these may soon be all rows.
      if (!unknownKeys.has(err.keyId)) onEvent({ type: 'unknown-key', file: rowName(key), reason: err.message })
      unknownKeys.add(err.keyId)
      return null
    }
  }

  function accept ({ rows }: FeedPage): void {
    for (const row of rows) {
      history.addRead(row)
      const { key, version, record: bytes } = row
      // Not waited for: a change under way that hangs must not keep other users' changes from being announced.
      queue.run(key, async () => {
        damaged.delete(key)
        unreadable.delete(key)
        if (bytes && users.isKnown(key, version)) return
        const row = decode(key, bytes)
        if (row === null) {
          unreadable.add(key)
          return users.keep(key, version)
        }
        if (row.state === 'damaged') damaged.add(key)
        if (row.state === 'unsupported') unreadable.add(key)
        if (row.state === 'damaged' || row.state === 'unsupported') {
          onEvent({ type: row.state, file: rowName(key), reason: row.reason })
        }
        users.acceptFed({ key, version, record: row.state === 'valid' ? row.record : null })
      })
    }
  }

  function dropUnconfirmed (): void {
    for (const key of users.unconfirmed()) {
      queue.run(key, async () => users.acceptFed({ key, version: 1, record: null }))
    }
  }

  return {
    async catchUp (client, onPage) {
      let page = await readPage(client, position)
      // Deletions may have been forgotten since, or changes were lost.
      const anew = !await history.isContinued(client, position, page)
      if (anew) {
        history.clear()
        users.resync()
        damaged.clear()
        unreadable.clear()
        position = BEGINNING
        page = await readPage(client, position)
      }
      for (let reached = position; ;) {
        reached = Math.max(reached, page.last ? page.newest : page.rows.at(-1)?.version ?? 0)
        // The database finds the next one while this one is decoded.
        const next = page.last ? undefined : readPage(client, reached)
        next?.catch(() => {}) // Thrown below, unless what is here throws first.
        accept(page)
        onPage()
        if (page.last || !anew) position = reached
        if (!next) break
        page = await next
      }
      if (anew) dropUnconfirmed()
    },
    async catchUpInTurn (client, own) {
      const start = position
      let page = await readPage(client, start)
      if (start !== BEGINNING && !await history.isContinued(client, start, page)) {
        throw new Error('the database has lost changes: everybody is read again')
      }
      for (let reached = start; ;) {
        for (const change of page.rows) {
          const { key, version, record: bytes } = change
          reached = version
          if (key === own || users.isKnown(key, version)) continue
          history.addUnread(change)
          const row = decode(key, bytes)
          // What is wrong with the others the feed tells in its own time, and forgets who was deleted.
          if (row?.state === 'valid' || row?.state === 'absent') {
            users.acceptOwn({ key, version, record: row.state === 'valid' ? row.record : null })
          }
        }
        if (page.last) break
        page = await readPage(client, reached)
      }
    },
    damaged: () => damaged.size,
    unreadable: () => unreadable.size
  }
}
