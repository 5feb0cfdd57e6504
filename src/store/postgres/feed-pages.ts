import type pg from 'pg'
import { inTransaction } from './transaction.ts'

/** At most so many rows in memory at once. */
const PAGE_ROWS = 250
/** Who was away for longer than this loads everything anew. */
const TOMBSTONE_AGE = '1 day'

export interface FeedRow {
  key: string
  version: number
  /** Null for a deleted user. */
  record: Buffer | null
}

/** The next rows, by version; `last` tells that there are no more now. */
export interface FeedPage {
  rows: FeedRow[]
  last: boolean
  /** Whoever has seen all pages up to `last` has seen every change up to this version. */
  newest: number
  /** Deletions up to this version may be forgotten. */
  pruned: number
}

/** Reads users that were changed after a version, each as it is now. Starting at 0 reads everybody. */
export async function readPage (client: pg.ClientBase, after: number): Promise<FeedPage> {
  // One statement, so that the rows and the two figures are of the same moment.
  const { rows } = await client.query<{
    newest: string, pruned: string, key: string | null, version: string, record: Buffer | null
  }>(`SELECT feed.version AS newest, feed.pruned, users.key, users.version, users.record
      FROM face_feed AS feed LEFT JOIN (
        SELECT key, version, record FROM face_users WHERE version > $1 ORDER BY version LIMIT ${PAGE_ROWS}
      ) AS users ON true
      ORDER BY users.version`, [after])
  const [first] = rows
  if (!first) throw new Error('the table face_feed has lost its row')
  const found = rows.flatMap(({ key, version, record }) => (
    key === null ? [] : [{ key, version: Number(version), record }]
  ))
  return { rows: found, last: found.length < PAGE_ROWS, newest: Number(first.newest), pruned: Number(first.pruned) }
}

/** Forgets who was deleted long ago. */
export async function pruneDeleted (pool: pg.Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    // Users before the counter, as whoever changes one does: the other way round they would wait for each other.
    const { rows } = await client.query<{ version: string }>(
      'DELETE FROM face_users WHERE record IS NULL ' +
        `AND changed_at < now() - interval '${TOMBSTONE_AGE}' RETURNING version`
    )
    if (rows.length === 0) return
    const newest = rows.reduce((max, { version }) => Math.max(max, Number(version)), 0)
    await client.query('UPDATE face_feed SET pruned = GREATEST(pruned, $1) WHERE id = 1', [newest])
  })
}
