import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { FaceError } from '../../errors.ts'
import { DamagedRecordError } from '../damaged-record-error.ts'
import type { UserRecord } from '../encoding-store.ts'
import { decodeRecord, encodeRecord } from '../record-codec.ts'
import { isConflict } from './database-error.ts'
import { inTransaction } from './transaction.ts'

const TRIES_MAX = 10
const RETRY_MS = 20

/** `record` is null for a user without a row, or whose record was deleted. */
export type UserRow =
  | { state: 'valid', record: UserRecord | null }
  | { state: 'damaged', reason: string }

/** A change and its place among all changes of the database. */
export interface VersionedChange {
  key: string
  version: number
  record: UserRecord | null
}

/** What came of a change: null if there was nothing to change, or the error of whoever was to make it. */
export type Outcome = { change: VersionedChange | null } | { refusal: unknown }

type Apply = (present: UserRecord | null) => UserRecord | null

/** Reads what {@link changeUser} wrote; everything else is damaged. */
export function decodeRow (key: string, bytes: Buffer | null | undefined): UserRow {
  if (!bytes) return { state: 'valid', record: null }
  try {
    return { state: 'valid', record: decodeRecord(key, bytes).record }
  } catch (err) {
    if (!(err instanceof DamagedRecordError)) throw err
    return { state: 'damaged', reason: err.message }
  }
}

/** For messages: the user's row. */
export function rowName (key: string): string {
  return `face_users/${key}`
}

/** The user's row as it is now. */
export async function readUser (pool: pg.Pool, key: string): Promise<UserRow> {
  const { rows: [row] } = await pool.query<{ record: Buffer | null }>('SELECT record FROM face_users WHERE key = $1', [key])
  return decodeRow(key, row?.record)
}

/**
 * Replaces the user's record by what `apply` makes of it, in one transaction. `apply` may be called again: when somebody
 * else added the same user meanwhile, or on engines that resolve conflicts by refusing one side.
 */
export async function changeUser (pool: pg.Pool, key: string, apply: Apply): Promise<Outcome> {
  for (let tries = 1; ; tries++) {
    try {
      return await inTransaction(pool, (client) => changeLocked(client, key, apply))
    } catch (err) {
      if (!isConflict(err) || tries === TRIES_MAX) throw err
      await delay(Math.random() * RETRY_MS * tries)
    }
  }
}

async function changeLocked (client: pg.ClientBase, key: string, apply: Apply): Promise<Outcome> {
  const { rows: [row] } = await client.query<{ record: Buffer | null }>('SELECT record FROM face_users WHERE key = $1 FOR UPDATE', [key])
  let record
  let bytes
  try {
    const present = decodeRow(key, row?.record)
    record = apply(present.state === 'valid' ? present.record : null)
    bytes = record && encodeRecord(key, record).bytes
    // Its encodings may be readable to a newer server, or with another key.
    if (record && present.state === 'damaged') {
      throw new FaceError('STORE_UNAVAILABLE', { cause: new Error(`${rowName(key)}: ${present.reason}`) })
    }
  } catch (refusal) {
    return { refusal }
  }
  if (!record && !row?.record) return { change: null }

  // Whoever changes the counter holds it until the end of the transaction, so that versions become visible in their
  // order: who has read up to one has missed none below it.
  const { rows: [changed] } = await client.query<{ version: string }>(
    'WITH feed AS (UPDATE face_feed SET version = version + 1 WHERE id = 1 RETURNING version) ' + (row
      ? 'UPDATE face_users SET version = feed.version, changed_at = now(), record = $2 FROM feed WHERE key = $1 RETURNING feed.version'
      : 'INSERT INTO face_users (key, version, changed_at, record) SELECT $1, version, now(), $2 FROM feed RETURNING version'),
    [key, bytes]
  )
  if (!changed) throw new Error('the table face_feed has lost its row')
  return { change: { key, version: Number(changed.version), record } }
}
