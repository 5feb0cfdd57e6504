import type pg from 'pg'
import { reasonOf } from '../../system-error.ts'
import { type OnStoreEvent } from '../store-event.ts'
import { isLack } from './database-error.ts'
import { endConnections, type Database } from './database.ts'

/** Notifications only make it faster: they may get lost, and not every engine or pooler has them. */
const POLL_MS = 500
const RECONNECT_MS = 100
const RECONNECT_MS_MAX = 5_000

/** What is followed. */
export interface Followed {
  /** What changes are notified by. */
  channel: string
  /** Reads every change since the last call that succeeded, everything the first time; calls `onPage` in between. */
  catchUp: (client: pg.ClientBase, onPage: () => void) => Promise<void>
}

/** Follows the changes in the database, those of all servers. */
export interface ChangeFeed {
  /** Resolves when everybody was read and goes on by itself; throws what keeps it from that. */
  start (onPage: () => void): Promise<void>
  /** Tells other processes that there is a change; does not wait for it. */
  notify (): void
  close (): Promise<void>
}

/** Calls `catchUp` when there may be changes, on a connection of its own that is made again whenever it is lost. */
export function createChangeFeed ({ database, channel, catchUp, onEvent, pollMs = POLL_MS }: Followed & {
  database: Database, onEvent: OnStoreEvent, pollMs?: number
}): ChangeFeed {
  let notified = true
  const closing = new AbortController()
  let following: Promise<void> | undefined
  let wake = (): void => {}

  function pause (ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  function withoutNotifications (err: unknown): void {
    if (!isLack(err)) throw err
    if (notified) onEvent({ type: 'polling', reason: reasonOf(err) })
    notified = false
  }

  /** Follows until the connection fails, or it is told to close. */
  async function session (onPage: () => void, onCaughtUp: () => void): Promise<void> {
    const client = await database.connect()
    let lost: Error | undefined
    client.on('error', (err) => { lost ??= err }).on('end', () => wake()).on('notification', () => wake())
    try {
      await client.query(`LISTEN ${channel}`).catch(withoutNotifications)
      while (!closing.signal.aborted) {
        // Before reading, so that what is notified of meanwhile is not missed.
        const woken = pause(pollMs)
        await catchUp(client, onPage)
        onCaughtUp()
        await woken
      }
    } catch (err) {
      // Why the connection broke is said before the next statement fails for it.
      throw lost ?? err
    } finally {
      wake()
      await endConnections(client)
    }
  }

  async function follow (onPage: () => void, onStarted: () => void, onFailed: (err: unknown) => void): Promise<void> {
    let started = false
    let failures = 0
    while (!closing.signal.aborted) {
      try {
        await session(onPage, () => {
          if (!started || failures > 0) onEvent({ type: 'connected', database: database.name })
          started = true
          failures = 0
          onStarted()
        })
      } catch (err) {
        if (!started) return onFailed(err)
        if (failures === 0) onEvent({ type: 'disconnected', database: database.name, reason: reasonOf(err) })
        // Not all at once, or the servers would keep a database that has just come back from its work.
        await pause(Math.min(RECONNECT_MS * 2 ** failures++, RECONNECT_MS_MAX) * (0.5 + Math.random() / 2))
      }
    }
  }

  return {
    start: (onPage) => new Promise((resolve, reject) => { following = follow(onPage, resolve, reject) }),
    notify () {
      if (!notified || closing.signal.aborted) return
      database.pool.query(`NOTIFY ${channel}`).catch(() => {}) // The others look for themselves.
    },
    async close () {
      closing.abort()
      wake()
      await following
    }
  }
}
