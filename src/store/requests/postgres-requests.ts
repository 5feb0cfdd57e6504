import { withDatabaseErrors } from '../postgres/database-error.ts'
import { createDatabase, endConnections, type Database } from '../postgres/database.ts'
import { migrate } from '../postgres/migrate.ts'
import type { DataKey } from '../record/seal.ts'
import {
  createRequestMemory, REMEMBERED_MS, type Found, type RequestMemory, type RequestShelf
} from './request-memory.ts'

const EXPIRE_MS = 600_000

interface Row { id: string, content: Buffer }

/** Requests as rows of a table; who changes one names the content that it has seen. */
function createTableShelf ({ pool }: Database): RequestShelf<Row, Found & Row> {
  /** False if the row is not as it was. */
  async function replace ({ id, content: before }: Row, content: Buffer): Promise<boolean> {
    const { rowCount } = await pool.query(
      'UPDATE face_requests SET content = $3, written_at = now() WHERE id = $1 AND content = $2', [id, before, content]
    )
    return rowCount === 1
  }

  return {
    add: (id, content) => withDatabaseErrors(async () => {
      for (;;) {
        const { rowCount } = await pool.query(
          'INSERT INTO face_requests (id, begun_at, written_at, content) VALUES ($1, now(), now(), $2) ' +
          'ON CONFLICT (id) DO NOTHING', [id, content]
        )
        if (rowCount === 1) return { place: { id, content } }
        const { rows: [row] } = await pool.query<{ content: Buffer, age: number }>(
          'SELECT content, (extract(epoch FROM now() - written_at) * 1000)::float8 AS age FROM face_requests ' +
          'WHERE id = $1', [id]
        )
        // It may have gone between the two.
        if (row) return { present: { id, content: row.content, ageMs: row.age } }
      }
    }),
    takeOver: (present, content) => withDatabaseErrors(async () => (
      await replace(present, content) ? { id: present.id, content } : null
    )),
    write: (place, content) => withDatabaseErrors(async () => { await replace(place, content) }),
    remove: ({ id, content }) => withDatabaseErrors(async () => {
      await pool.query('DELETE FROM face_requests WHERE id = $1 AND content = $2', [id, content])
    })
  }
}

/** A {@link RequestMemory} in the database of the encodings. */
export function createPostgresRequests (
  { url, ...options }: { url: string, keys: readonly DataKey[], busyMs: number }
): RequestMemory {
  const database = createDatabase(url)
  let timer: NodeJS.Timeout | undefined

  /** Never rejects: another time, or another process, will do it. */
  async function expire (): Promise<void> {
    const hours = REMEMBERED_MS / 3_600_000
    await database.pool.query(`DELETE FROM face_requests WHERE begun_at < now() - interval '${hours} hours'`)
      .catch(() => {})
  }

  return {
    ...createRequestMemory(createTableShelf(database), options),
    async open () {
      await withDatabaseErrors(() => migrate(database))
      await expire()
      timer = setInterval(expire, EXPIRE_MS).unref()
    },
    async close () {
      clearInterval(timer)
      await endConnections(database.pool)
    }
  }
}
