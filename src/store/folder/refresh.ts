import { userFolder, type DataFolder } from './layout.ts'
import type { KnownUsers } from './known-users.ts'
import { type OnStoreEvent } from '../store-event.ts'
import type { TaskQueue } from '../../task-queue.ts'
import { UnknownKeyError } from '../record/errors.ts'
import type { UserFile } from './read.ts'
import type { UserLock } from './lock.ts'
import type { UserRecords } from './records.ts'
import type { Unreadable } from './unreadable.ts'

/** Users looked at at the same time, so that thousands of copied files do not crowd out requests. */
const CONCURRENCY = 8

/** Looks at users' files again and announces what changed. */
export interface UserRefresh {
  /** The user's file may have changed. Looked at soon, once, however often it is said. */
  request (key: string): void
  /** Looks at the user's file now; never rejects, as problems are reported as events. */
  now (key: string): Promise<void>
  /** Starts to work off the requests. */
  begin (): void
  /** Resolves when there are no requests left. */
  drained (): Promise<void>
  /** Forgets the requests. */
  close (): void
}

/** Refreshes take the user's turn in `queue`, so that what they find is announced in the order it was written. */
export function createUserRefresh ({ data, records, known, unreadable, lock, queue, onEvent }: {
  data: DataFolder
  records: UserRecords
  known: KnownUsers
  unreadable: Unreadable
  lock: UserLock
  queue: TaskQueue
  onEvent: OnStoreEvent
}): UserRefresh {
  const requested = new Set<string>()
  const unknownKeys = new Set<string>()
  let state: 'waiting' | 'open' | 'closed' = 'waiting'
  let running = 0
  let whenDrained: Array<() => void> = []

  async function refresh (key: string): Promise<void> {
    const path = data.userPath(key)
    try {
      const file = await records.read(key)
      if ((file.state === 'damaged' || file.state === 'unsupported') && known.isSeenNotValid(key, file.stat)) return
      known.accept(key, file.state === 'damaged' ? await examine(key, file) : file)
      if (file.state === 'unsupported') {
        unreadable.mark(path)
        onEvent({ type: 'unsupported', file: data.nameOf(path), reason: file.reason })
      } else unreadable.clear(path)
    } catch (err) {
      if (err instanceof UnknownKeyError) tellOfKey(path, err)
      else unreadable.report(path, userFolder(key), err)
    }
  }

  function tellOfKey (path: string, { keyId, message }: UnknownKeyError): void {
    unreadable.mark(path)
    // Told once: with a new key on the other servers, these may soon be all files.
    if (!unknownKeys.has(keyId)) onEvent({ type: 'unknown-key', file: data.nameOf(path), reason: message })
    unknownKeys.add(keyId)
  }

  /** A damaged file is moved away, or reported where it cannot be. */
  async function examine (key: string, file: UserFile & { state: 'damaged' }): Promise<UserFile> {
    try {
      const claim = await lock.acquire(key)
      try {
        return await records.readWhole(key, claim)
      } finally {
        await claim.release()
      }
    } catch {
      // A read-only folder, for one: what is wrong with the file is what matters.
      onEvent({ type: 'damaged', file: data.nameOf(data.userPath(key)), reason: file.reason })
      return file
    }
  }

  function pump (): void {
    if (state !== 'open') return
    for (const key of requested) {
      if (running >= CONCURRENCY) return
      requested.delete(key)
      running++
      queue.run(key, () => refresh(key)).finally(() => {
        running--
        pump()
      })
    }
    if (running > 0) return
    whenDrained.forEach((resolve) => resolve())
    whenDrained = []
  }

  return {
    request (key) {
      if (state === 'closed') return
      requested.add(key)
      pump()
    },
    now: (key) => queue.run(key, () => refresh(key)),
    begin () {
      state = 'open'
      pump()
    },
    drained: () => new Promise((resolve) => {
      whenDrained.push(resolve)
      pump()
    }),
    close () {
      state = 'closed'
      requested.clear()
    }
  }
}
