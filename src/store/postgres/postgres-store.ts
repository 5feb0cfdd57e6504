import type pg from 'pg'
import { FaceError } from '../../errors.ts'
import type { DataKey } from '../record/seal.ts'
import { createListeners, type EncodingStore, type UserId, type UserRecord } from '../encoding-store.ts'
import { createLoadingProgress, type OnStoreEvent } from '../store-event.ts'
import { createRecordCodec } from '../record/codec.ts'
import { createTaskQueue } from '../../task-queue.ts'
import { assertUserKey } from '../user-key.ts'
import { createAnnouncedUsers } from './announced-users.ts'
import { createChangeFeed } from './change-feed.ts'
import { unusableDatabase, withDatabaseErrors } from './database-error.ts'
import { createDatabase, endConnections } from './database.ts'
import { pruneDeleted } from './feed-pages.ts'
import { createFeedReader } from './feed-reader.ts'
import { createKnownHistory } from './known-history.ts'
import { migrate } from './migrate.ts'
import { createUserRows, type VersionedChange } from './user-rows.ts'

const PRUNE_MS = 3_600_000

export interface PostgresStoreOptions {
  url: string
  /** The first encrypts what is written, all of them read; without any, nothing is encrypted. */
  keys?: readonly DataKey[]
  onEvent?: OnStoreEvent
  /** How often it asks for changes that it was not notified of. */
  pollMs?: number
}

type Change = (present: UserRecord | null) => UserRecord | null

/**
 * An {@link EncodingStore} in a PostgreSQL database, for any number of machines. Nothing happens before `open`, which
 * throws `STORE_UNAVAILABLE` if the database cannot be used or a row needs another key. Throws `ConfigError` if `url`
 * cannot be parsed.
 */
export function createPostgresStore ({
  url, keys = [], onEvent = () => {}, pollMs
}: PostgresStoreOptions): EncodingStore {
  let isLoaded = false
  let wrongKeys: string | undefined
  const tell: OnStoreEvent = (event) => {
    if (event.type !== 'unknown-key' || isLoaded) onEvent(event)
    else wrongKeys ??= `${event.file} is ${event.reason}: set FACE_DATA_KEY to the keys of this database`
  }
  const database = createDatabase(url)
  const rows = createUserRows(database.pool, createRecordCodec(keys))
  const listeners = createListeners(onEvent)
  const users = createAnnouncedUsers(listeners)
  const history = createKnownHistory()
  const queue = createTaskQueue()
  const reader = createFeedReader({ rows, users, history, queue, onEvent: tell })
  const feed = createChangeFeed({
    database,
    channel: 'face_users',
    async catchUp (client, onPage) {
      await reader.catchUp(client, onPage)
      prune()
    },
    onEvent,
    ...pollMs !== undefined && { pollMs }
  })
  let pruneAt = 0
  let opening: Promise<void> | undefined
  let closing: Promise<void> | undefined

  function prune (): void {
    if (performance.now() < pruneAt) return
    pruneAt = performance.now() + PRUNE_MS
    pruneDeleted(database.pool).catch(() => {}) // There is no hurry: another time, or another process, will do it.
  }

  async function open (): Promise<void> {
    const startedAt = performance.now()
    const progress = createLoadingProgress(onEvent)
    try {
      await migrate(database)
      await feed.start(() => {
        if (isLoaded) return
        if (wrongKeys !== undefined) throw new Error(wrongKeys)
        progress(users.count())
      })
    } catch (cause) {
      if (wrongKeys === undefined) throw unusableDatabase(database.name, cause)
    }
    await queue.idle()
    // Serving the others would look as if these users, and maybe everybody, had been deleted.
    if (wrongKeys !== undefined) {
      await feed.close()
      throw new FaceError('STORE_UNAVAILABLE', { message: wrongKeys })
    }
    isLoaded = true
    onEvent({ type: 'loaded', users: users.count(), durationMs: Math.round(performance.now() - startedAt) })
  }

  async function untilOpen (): Promise<void> {
    if (closing) throw new FaceError('SHUTTING_DOWN')
    if (!opening) throw new FaceError('STORE_UNAVAILABLE', { cause: new Error('the store is not open') })
    await opening
  }

  /** The change that was made; null if there was nothing to change. */
  async function change (key: string, apply: Change, { inTurn = false } = {}): Promise<VersionedChange | null> {
    const catchUp = (client: pg.ClientBase): Promise<void> => reader.catchUpInTurn(client, key)
    const outcome = await withDatabaseErrors(() => rows.change(key, apply, ...inTurn ? [catchUp] : []))
    if ('refusal' in outcome) throw outcome.refusal
    if (outcome.change) {
      history.addUnread(outcome.change)
      users.acceptOwn(outcome.change)
      feed.notify()
    }
    return outcome.change
  }

  return {
    open: () => (opening ??= open()),
    async get (key) {
      assertUserKey(key)
      await untilOpen()
      const row = await withDatabaseErrors(() => rows.read(key))
      return row.state === 'valid' ? row.record : null
    },
    async update (key, apply) {
      assertUserKey(key)
      await untilOpen()
      return (await queue.run(key, () => change(key, apply)))?.record ?? null
    },
    async updateInTurn (key, apply) {
      assertUserKey(key)
      await untilOpen()
      return (await queue.run(key, () => change(key, apply, { inTurn: true })))?.record ?? null
    },
    async erase (key) {
      assertUserKey(key)
      await untilOpen()
      let userId: UserId = key
      const erased = await queue.run(key, () => change(key, (present) => {
        userId = present?.userId ?? key
        return null
      }))
      return erased ? userId : null
    },
    onChange: listeners.add,
    damaged: async () => reader.damaged(),
    unreadable: reader.unreadable,
    close: () => (closing ??= (async () => {
      await opening?.catch(() => {}) // `open` has thrown it.
      await feed.close()
      await queue.idle()
      await endConnections(database.pool)
      listeners.close()
    })())
  }
}
