import type { RecordCodec } from '../record-codec.ts'
import type { StoredUsers } from '../stored-users.ts'
import { createDatabase, endConnections } from './database.ts'
import { createUserRows, rowName } from './user-rows.ts'

const PAGE_KEYS = 1_000

/** What lies in a database. Throws `ConfigError` if `url` cannot be understood. */
export function storedRows (url: string, codec: RecordCodec): StoredUsers {
  const { pool } = createDatabase(url)
  return {
    async * keys () {
      for (let last = ''; ;) {
        const { rows } = await pool.query<{ key: string }>(
          `SELECT key FROM face_users WHERE key > $1 AND record IS NOT NULL ORDER BY key LIMIT ${PAGE_KEYS}`, [last]
        )
        yield * rows.map(({ key }) => key)
        if (rows.length < PAGE_KEYS) return
        last = rows.at(-1)!.key
      }
    },
    nameOf: rowName,
    read: createUserRows(pool, codec).read,
    quarantined: async () => 0, // A damaged row stays where it is.
    close: () => endConnections(pool)
  }
}
