import { FaceError } from '../../errors.ts'
import type { EncodingStore, UserRecord } from '../encoding-store.ts'
import { createListeners } from '../listeners.ts'
import { reasonOf, type OnStoreEvent } from '../store-event.ts'
import { createTaskQueue } from '../task-queue.ts'
import { assertUserKey } from '../user-file-name.ts'
import { createAnnouncedUsers } from './announced-users.ts'
import { createChangeFeed } from './change-feed.ts'
import { withDatabaseErrors } from './database-error.ts'
import { createDatabase, endConnections } from './database.ts'
import { createFeedReader } from './feed-reader.ts'
import { migrate } from './migrate.ts'
import { changeUser, readUser } from './user-rows.ts'

const PROGRESS_USERS = 10_000

/**
 * An {@link EncodingStore} in a PostgreSQL database, for any number of machines; nothing happens before `open`, which throws
 * `STORE_UNAVAILABLE` if the database cannot be used. Throws `ConfigError` if `url` cannot be understood.
 */
export function createPostgresStore ({ url, onEvent = () => {} }: { url: string, onEvent?: OnStoreEvent }): EncodingStore {
  const database = createDatabase(url)
  const listeners = createListeners(onEvent)
  const users = createAnnouncedUsers(listeners)
  const queue = createTaskQueue()
  const feed = createChangeFeed({ database, reader: createFeedReader({ users, queue, onEvent }), onEvent })
  let opening: Promise<void> | undefined
  let closing: Promise<void> | undefined

  async function open (): Promise<void> {
    const startedAt = performance.now()
    let told = 0
    try {
      await migrate(database)
      await feed.start(() => {
        if (users.count() - told >= PROGRESS_USERS) onEvent({ type: 'loading', users: told = users.count() })
      })
    } catch (cause) {
      const message = `The database ${database.name} cannot be used (${reasonOf(cause)}): check DATABASE_URL and the database`
      throw new FaceError('STORE_UNAVAILABLE', { message, cause })
    }
    await queue.idle()
    onEvent({ type: 'loaded', users: users.count(), durationMs: Math.round(performance.now() - startedAt) })
  }

  async function untilOpen (): Promise<void> {
    if (closing) throw new FaceError('SHUTTING_DOWN')
    if (!opening) throw new FaceError('STORE_UNAVAILABLE', { cause: new Error('the store is not open') })
    await opening
  }

  async function change (key: string, apply: (present: UserRecord | null) => UserRecord | null): Promise<UserRecord | null> {
    const outcome = await withDatabaseErrors(() => changeUser(database.pool, key, apply))
    if ('refusal' in outcome) throw outcome.refusal
    if (!outcome.change) return null
    users.acceptOwn(outcome.change)
    feed.notify()
    return outcome.change.record
  }

  return {
    open: () => (opening ??= open()),
    async get (key) {
      assertUserKey(key)
      await untilOpen()
      const row = await withDatabaseErrors(() => readUser(database.pool, key))
      return row.state === 'valid' ? row.record : null
    },
    async update (key, apply) {
      assertUserKey(key)
      await untilOpen()
      return await queue.run(key, () => change(key, apply))
    },
    onChange: listeners.add,
    close: () => (closing ??= (async () => {
      await opening?.catch(() => {}) // Whoever opened it was told.
      await feed.close()
      await queue.idle()
      await endConnections(database.pool)
      listeners.close()
    })())
  }
}
