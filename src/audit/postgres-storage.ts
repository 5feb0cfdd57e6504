import { setTimeout as delay } from 'node:timers/promises'
import { isConflict, withDatabaseErrors } from '../store/postgres/database-error.ts'
import { createDatabase, endConnections } from '../store/postgres/database.ts'
import { migrate } from '../store/postgres/migrate.ts'
import { inTransaction } from '../store/postgres/transaction.ts'
import { EMPTY_TAIL, type Tail } from './chain.ts'
import type { AuditStorage } from './storage.ts'

const PAGE_LINES = 1_000
const TRIES_MAX = 10
const RETRY_MS = 20

/** The table `face_audit` of src/store/postgres/migrate.ts. Throws `ConfigError` if `url` cannot be understood. */
export function createPostgresStorage (url: string): AuditStorage {
  const database = createDatabase(url)
  const { pool } = database
  let migrating: Promise<void> | undefined

  /** A command may be the first to use the database. */
  async function prepare (): Promise<void> {
    try {
      await (migrating ??= migrate(database))
    } catch (err) {
      migrating = undefined
      throw err
    }
  }

  async function append (extend: Parameters<AuditStorage['append']>[0]): Promise<void> {
    await inTransaction(pool, async (client) => {
      // Held until the end of the transaction: appends come one after the other.
      const { rows: [row] } = await client.query<{ tail: string | null }>(
        'SELECT tail FROM face_audit_tail WHERE id = 1 FOR UPDATE'
      )
      if (!row) throw new Error('the table face_audit_tail has lost its row')
      const before = row.tail === null ? EMPTY_TAIL : JSON.parse(row.tail) as Tail
      const { lines, tail } = extend(before)
      if (lines.length === 0) return
      await client.query(
        'INSERT INTO face_audit (seq, line) SELECT * FROM unnest($1::bigint[], $2::text[])',
        [lines.map((_, i) => before.seq + 1 + i), lines]
      )
      await client.query('UPDATE face_audit_tail SET tail = $1 WHERE id = 1', [JSON.stringify(tail)])
    })
  }

  return {
    async append (extend) {
      await withDatabaseErrors(async () => {
        await prepare()
        for (let tries = 1; ; tries++) {
          try {
            return await append(extend)
          } catch (err) {
            if (!isConflict(err) || tries === TRIES_MAX) throw err
            await delay(Math.random() * RETRY_MS * tries)
          }
        }
      })
    },
    async * lines () {
      for (let last: string | undefined = '0'; last !== undefined;) {
        const { rows }: { rows: Array<{ seq: string, line: string }> } = await withDatabaseErrors(() => pool.query(
          `SELECT seq, line FROM face_audit WHERE seq > $1 ORDER BY seq LIMIT ${PAGE_LINES}`, [last]
        ))
        for (const { line } of rows) yield Buffer.from(line)
        last = rows.at(-1)?.seq
      }
    },
    close: () => endConnections(pool)
  }
}
