import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { isConflict } from './database-error.ts'

const TRIES_MAX = 10
const RETRY_MS = 20

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

/**
 * As {@link inTransaction}; `work` is called again when another transaction kept it from succeeding, as when the same
 * row was added concurrently, or on engines that resolve conflicts by refusing one side.
 */
export async function inRepeatedTransaction<T> (
  pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await inTransaction(pool, work)
    } catch (err) {
      if (!isConflict(err) || tries === TRIES_MAX) throw err
      await delay(Math.random() * RETRY_MS * tries)
    }
  }
}
