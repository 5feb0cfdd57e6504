import type { RecordCodec } from '../record/codec.ts'
import type { StoredUsers } from '../encoding-store.ts'
import { unusableDatabase } from './database-error.ts'
import { createDatabase, endConnections } from './database.ts'
import { createUserRows, rowName } from './user-rows.ts'

const PAGE_KEYS = 1_000

/** What lies in a database. Throws `ConfigError` if `url` cannot be understood. */
export function storedRows (url: string, codec: RecordCodec): StoredUsers {
  const { name, pool } = createDatabase(url)

  async function keysAfter (last: string): Promise<string[]> {
    try {
      const { rows } = await pool.query<{ key: string }>(
        `SELECT key FROM face_users WHERE key > $1 AND record IS NOT NULL ORDER BY key LIMIT ${PAGE_KEYS}`, [last]
      )
      return rows.map(({ key }) => key)
    } catch (err) {
      throw unusableDatabase(name, err)
    }
  }

  return {
    async * keys () {
      for (let last: string | undefined = ''; last !== undefined;) {
        const keys: string[] = await keysAfter(last)
        yield * keys
        last = keys.length < PAGE_KEYS ? undefined : keys.at(-1)
      }
    },
    nameOf: rowName,
    read: createUserRows(pool, codec).read,
    quarantined: async () => 0, // A damaged row stays where it is.
    close: () => endConnections(pool)
  }
}
