import type pg from 'pg'
import { reasonOf } from '../../system-error.ts'
import { withDatabaseErrors } from '../postgres/database-error.ts'
import { createDatabase, endConnections } from '../postgres/database.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { DamagedRecordError } from '../record/errors.ts'
import type { DataKey } from '../record/seal.ts'
import type { OnStoreEvent } from '../store-event.ts'
import { createSightingCodec } from './sighting-codec.ts'
import {
  sightingFromNumbers, sightingToNumbers, today, type ChangeSighting, type Sighting, type SightingStore
} from './sighting-store.ts'

/** Users of one transaction, and of one answer of the database. */
const PART = 1_000

export interface PostgresSightingsOptions {
  url: string
  /** The first encrypts what is written, all of them read; without any, nothing is encrypted. */
  keys?: readonly DataKey[]
  onEvent?: OnStoreEvent
}

interface Row { key: string, sighting: Buffer }

/**
 * A {@link SightingStore} in the database of the encodings, whose tables the encoding store makes: a row for each user.
 * A row that is damaged is reported, and counts as none: it is a statistic.
 */
export function createPostgresSightings ({ url, keys = [], onEvent = () => {} }: PostgresSightingsOptions
): SightingStore {
  const { pool } = createDatabase(url)
  const codec = createSightingCodec(keys)
  const nameOf = (key: string): string => `face_sightings/${key}`

  function decode ({ key, sighting }: Row): Sighting | null {
    try {
      return sightingFromNumbers(codec.decode(nameOf(key), sighting)['sighting'])
    } catch (err) {
      if (!(err instanceof DamagedRecordError)) throw err
      onEvent({ type: 'damaged', file: nameOf(key), reason: reasonOf(err) })
      return null
    }
  }

  const encode = (key: string, sighting: Sighting): Buffer =>
    codec.encode(nameOf(key), { sighting: sightingToNumbers(sighting) })

  async function change (client: pg.ClientBase, keys: readonly string[], change: ChangeSighting): Promise<void> {
    // Held until the end of the transaction: one change after the other.
    await client.query('SELECT since FROM face_sightings_since WHERE id = 1 FOR UPDATE')
    const { rows } = await client.query<Row>('SELECT key, sighting FROM face_sightings WHERE key = ANY($1)', [keys])
    const present = new Map(rows.map((row) => [row.key, decode(row)]))
    const gone: string[] = []
    const stored: Array<[key: string, bytes: Buffer]> = []
    for (const key of keys) {
      const before = present.get(key) ?? null
      const wanted = change(key, before)
      if (wanted && wanted !== before) stored.push([key, encode(key, wanted)])
      if (!wanted && present.has(key)) gone.push(key)
    }
    await client.query('DELETE FROM face_sightings WHERE key = ANY($1)', [[...gone, ...stored.map(([key]) => key)]])
    await client.query('INSERT INTO face_sightings (key, sighting) SELECT * FROM unnest($1::text[], $2::bytea[])', [
      stored.map(([key]) => key), stored.map(([, bytes]) => bytes)
    ])
  }

  async function pageAfter (last: string): Promise<Array<[key: string, sighting: Sighting | null]>> {
    const { rows } = await pool.query<Row>(
      `SELECT key, sighting FROM face_sightings WHERE key > $1 ORDER BY key LIMIT ${PART}`, [last]
    )
    return rows.map((row) => [row.key, decode(row)])
  }

  return {
    since: () => withDatabaseErrors(async () => {
      await pool.query('UPDATE face_sightings_since SET since = $1 WHERE id = 1 AND since IS NULL', [today()])
      const { rows: [row] } = await pool.query<{ since: number }>('SELECT since FROM face_sightings_since')
      if (!row) throw new Error('the table face_sightings_since has lost its row')
      return row.since
    }),
    read: (key) => withDatabaseErrors(async () => {
      const { rows: [row] } = await pool.query<Row>('SELECT key, sighting FROM face_sightings WHERE key = $1', [key])
      return row ? decode(row) : null
    }),
    async * entries () {
      for (let last: string | undefined = ''; last !== undefined;) {
        const page: Array<[key: string, sighting: Sighting | null]> = await withDatabaseErrors(() => pageAfter(last!))
        for (const [key, sighting] of page) if (sighting) yield [key, sighting]
        last = page.length < PART ? undefined : page.at(-1)?.[0]
      }
    },
    async update (keys, changeSighting, onStored) {
      const all = [...keys]
      for (let first = 0; first < all.length; first += PART) {
        const part = all.slice(first, first + PART)
        await withDatabaseErrors(() => inTransaction(pool, (client) => change(client, part, changeSighting)))
        onStored?.(part)
      }
    },
    close: () => endConnections(pool)
  }
}
