import type pg from 'pg'

/**
 * How long statements and locks are waited for; a client that stalls in the middle of a change loses its locks. Set
 * here and not when connecting, which poolers such as PgBouncer refuse.
 */
const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED; ' +
  'SET LOCAL statement_timeout = 10000; SET LOCAL idle_in_transaction_session_timeout = 5000'
const ROLLBACK = { text: 'ROLLBACK', query_timeout: 1_000 }

/** Runs `work` in a transaction; what it throws rolls everything back. */
export async function inTransaction<T> (pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query(BEGIN)
    const result = await work(client)
    await client.query('COMMIT')
    client.release()
    return result
  } catch (err) {
    const isSound = await client.query(ROLLBACK).then(() => true, () => false)
    client.release(!isSound)
    throw err
  }
}
