import type pg from 'pg'
import { inTransaction } from './transaction.ts'

/** The time as a number, which no setting of the database shows in another way. */
const CHANGE = 'key, version, extract(epoch FROM changed_at) AS changed_at'
/** At most so many rows in memory at once. */
const PAGE_ROWS = 250
/** After a longer absence everything is loaded anew. */
const TOMBSTONE_AGE = '1 day'

/** A change of a user: no other one has the same key, version and time. */
export interface StampedChange {
  key: string
  version: number
  /** When its transaction began, in seconds of the database's clock. */
  changedAt: number
  /** Null for a deletion, otherwise anything. */
  record: unknown
}

export interface FeedRow extends StampedChange {
  /** Null for a deleted user. */
  record: Buffer | null
}

/** The next rows, by version; `last` tells that there are no more now. */
export interface FeedPage {
  rows: FeedRow[]
  /** The newest row up to the version after which this page begins, if there is one. */
  before: StampedChange | null
  last: boolean
  /** With all pages up to `last`, every change up to this version has been seen. */
  newest: number
  /** Deletions up to this version may be forgotten. */
  pruned: number
}

/** Reads users that were changed after a version, each as it is now. Starting at 0 reads everybody. */
export async function readPage (client: pg.ClientBase, after: number): Promise<FeedPage> {
  // One statement, so that the rows and the figures are of the same moment. By its id, so that the planner knows that
  // there is one row of the feed: expecting hundreds, it would compile the statement each time, for 200 ms.
  const { rows } = await client.query<{
    newest: string, pruned: string, key: string | null, version: string, changed_at: string, record: Buffer | null
  }>(`SELECT feed.version AS newest, feed.pruned, users.*
      FROM face_feed AS feed LEFT JOIN (
        (SELECT ${CHANGE}, CAST(NULL AS bytea) AS record FROM face_users
          WHERE version <= $1 ORDER BY version DESC LIMIT 1)
        UNION ALL
        (SELECT ${CHANGE}, record FROM face_users WHERE version > $1 ORDER BY version LIMIT ${PAGE_ROWS})
      ) AS users ON true
      WHERE feed.id = 1
      ORDER BY users.version`, [after])
  const [feed] = rows
  if (!feed) throw new Error('the table face_feed has lost its row')
  const found = rows.flatMap(({ key, version, changed_at: changedAt, record }) =>
    key === null ? [] : [{ key, version: Number(version), changedAt: Number(changedAt), record }])
  const before = found[0] && found[0].version <= after ? found.shift() ?? null : null
  const last = found.length < PAGE_ROWS
  return { rows: found, before, last, newest: Number(feed.newest), pruned: Number(feed.pruned) }
}

/** The last change of each of these users, as far as there is one. */
export async function readChanges (client: pg.ClientBase, keys: string[]): Promise<StampedChange[]> {
  const { rows } = await client.query<{ key: string, version: string, changed_at: string, present: boolean }>(
    `SELECT ${CHANGE}, record IS NOT NULL AS present FROM face_users WHERE key = ANY($1)`, [keys]
  )
  return rows.map(({ key, version, changed_at: changedAt, present }) =>
    ({ key, version: Number(version), changedAt: Number(changedAt), record: present || null }))
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
