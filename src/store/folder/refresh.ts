import type { DataFolder } from './layout.ts'
import type { KnownUsers } from './known-users.ts'
import { reasonOf } from '../../system-error.ts'
import { type OnStoreEvent } from '../store-event.ts'
import type { TaskQueue } from '../../task-queue.ts'
import { UnknownKeyError } from '../record/errors.ts'
import type { UserFile } from './read.ts'
import type { UserLock } from './lock.ts'
import type { UserRecords } from './records.ts'

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
export function createUserRefresh ({ data, records, known, lock, queue, onEvent }: {
  data: DataFolder
  records: UserRecords
  known: KnownUsers
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
    try {
      const file = await records.read(key)
      if ((file.state === 'damaged' || file.state === 'unsupported') && known.isSeenNotValid(key, file.stat)) return
      known.accept(key, file.state === 'damaged' ? await examine(key, file) : file)
      if (file.state === 'unsupported') onEvent({ type: 'unsupported', file: data.nameOf(data.userPath(key)), reason: file.reason })
    } catch (err) {
      report(key, err)
    }
  }

  function report (key: string, err: unknown): void {
    const file = data.nameOf(data.userPath(key))
    if (!(err instanceof UnknownKeyError)) onEvent({ type: 'unreadable', file, reason: reasonOf(err) })
    else if (!unknownKeys.has(err.keyId)) {
      // Told once: with a new key on the other servers, these may soon be all files.
      unknownKeys.add(err.keyId)
      onEvent({ type: 'unknown-key', file, reason: err.message })
    }
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
