import type pg from 'pg'
import { FaceError } from '../../errors.ts'
import { notValid, UnknownKeyError } from '../record/errors.ts'
import { ABSENT, type StoredUser, type UserRecord } from '../encoding-store.ts'
import type { RecordCodec } from '../record/codec.ts'
import type { StampedChange } from './feed-pages.ts'
import { inRepeatedTransaction } from './transaction.ts'

/** A change and its place among all changes of the database; `record` is null for a deleted user. */
export interface VersionedChange {
  key: string
  version: number
  record: UserRecord | null
}

/** What came of a change: null if there was nothing to change, or the error that kept it from being made. */
export type Outcome = { change: VersionedChange & StampedChange | null } | { refusal: unknown }

type Apply = (present: UserRecord | null) => UserRecord | null

type InTurn = (client: pg.ClientBase) => Promise<void>

/** The users' rows in one database. */
export interface UserRows {
  /**
   * What a record's bytes are, without the chips, which nobody who follows needs; without bytes, absent. Throws
   * `UnknownKeyError` for an intact record whose key is missing.
   */
  decode (key: string, bytes: Buffer | null | undefined): StoredUser
  /** The user's row as it is now. Throws as `decode`. */
  read (key: string): Promise<StoredUser>
  /**
   * Replaces the user's record by what `apply` makes of it, in one transaction. `apply` may be called again: when the
   * same user was added concurrently, or on engines that resolve conflicts by refusing one side. `inTurn` is called
   * before `apply`, and from then on until the end nobody changes anything.
   */
  change (key: string, apply: Apply, inTurn?: InTurn): Promise<Outcome>
}

/** For messages: the user's row. */
export function rowName (key: string): string {
  return `face_users/${key}`
}

/** Reads and changes rows by way of `pool`. */
export function createUserRows (pool: pg.Pool, codec: RecordCodec): UserRows {
  function decode (key: string, bytes: Buffer | null | undefined, withChips = true): StoredUser {
    if (!bytes) return ABSENT
    try {
      const { record, keyId } = codec.decode(key, bytes, { withChips })
      return { state: 'valid', record, keyId }
    } catch (err) {
      return notValid(err)
    }
  }

  /** What `apply` makes of the present record, as it is stored. */
  function prepare (
    key: string,
    present: Buffer | null | undefined,
    apply: Apply
  ): { record: UserRecord | null, bytes: Buffer | null } {
    const refuse = (reason: string): never => {
      throw new FaceError('STORE_UNAVAILABLE', { cause: new Error(`a row that cannot be changed: ${reason}`) })
    }
    let row: StoredUser
    try {
      row = decode(key, present)
    } catch (err) {
      if (err instanceof UnknownKeyError) return refuse(err.message)
      throw err
    }
    const record = apply(row.state === 'valid' ? row.record : null)
    // Its encodings may be readable to a newer server.
    if (record && (row.state === 'damaged' || row.state === 'unsupported')) return refuse(row.reason)
    return { record, bytes: record && codec.encode(key, record).bytes }
  }

  async function changeLocked (client: pg.ClientBase, key: string, apply: Apply, inTurn?: InTurn): Promise<Outcome> {
    const { rows: [row] } = await client.query<{ record: Buffer | null }>(
      'SELECT record FROM face_users WHERE key = $1 FOR UPDATE', [key]
    )
    if (inTurn) {
      await client.query('SELECT FROM face_feed WHERE id = 1 FOR UPDATE')
      await inTurn(client)
    }
    let wanted
    try {
      wanted = prepare(key, row?.record, apply)
    } catch (refusal) {
      return { refusal }
    }
    const { record, bytes } = wanted
    if (!record && !row?.record) return { change: null }

    // Whoever changes the counter holds it until the end of the transaction, so that versions become visible in their
    // order: who has read up to one has missed none below it.
    const { rows: [changed] } = await client.query<{ version: string, at: string }>(
      'WITH feed AS (UPDATE face_feed SET version = version + 1 WHERE id = 1 RETURNING version) ' + (row
        ? 'UPDATE face_users SET version = feed.version, changed_at = now(), record = $2 FROM feed ' +
          'WHERE key = $1 RETURNING feed.version'
        : 'INSERT INTO face_users (key, version, changed_at, record) ' +
          'SELECT $1, version, now(), $2 FROM feed RETURNING version') +
        ', extract(epoch FROM changed_at) AS at',
      [key, bytes]
    )
    if (!changed) throw new Error('the table face_feed has lost its row')
    return { change: { key, version: Number(changed.version), changedAt: Number(changed.at), record } }
  }

  return {
    decode: (key, bytes) => decode(key, bytes, false),
    async read (key) {
      const { rows: [row] } = await pool.query<{ record: Buffer | null }>(
        'SELECT record FROM face_users WHERE key = $1', [key]
      )
      return decode(key, row?.record)
    },
    change: (key, apply, inTurn) => (
      inRepeatedTransaction(pool, (client) => changeLocked(client, key, apply, inTurn))
    )
  }
}
