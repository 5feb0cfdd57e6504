import type { Counts } from '../../access/shared-counter.ts'
import { createDatabase, endConnections } from './database.ts'

const EXCHANGE_MS = 1_000
/** Of one process and counter, beyond which the others are told later. */
const ROWS_MAX = 1_000

/** Exchanges counts with the processes of other machines, once a second, through a table of the database. */
export interface CountExchange {
  /** Has these told to the others. */
  tell (counts: Counts): void
  close (): Promise<void>
}

const TELL = `INSERT INTO face_counts (counter, window_number, source, client, count)
  SELECT $1, $2, $3, told.client, told.count FROM unnest($4::text[], $5::integer[]) AS told (client, count)
  ON CONFLICT (counter, window_number, source, client) DO UPDATE SET count = EXCLUDED.count`
const READ = `SELECT source, client, count FROM face_counts
  WHERE counter = $1 AND window_number = $2 AND source <> ALL($3) ORDER BY count DESC LIMIT ${10 * ROWS_MAX}`
/** Those of the last window may still matter to a process whose clock is late. */
const FORGET = 'DELETE FROM face_counts WHERE counter = $1 AND window_number < $2 - 1'

/**
 * `windows` are the counters with the length of their window. While the database is away each machine counts alone.
 */
export function createCountExchange ({ url, windows, onCounts }: {
  url: string, windows: ReadonlyMap<string, number>, onCounts: (counts: Counts) => void
}): CountExchange {
  const { pool } = createDatabase(url)
  /** By counter and window, the latest count of each client. */
  const untold = new Map<string, Counts & { byTag: Map<string, number> }>()
  const ownSources = new Set<string>()
  const forgotten = new Map<string, number>()

  async function tell (): Promise<void> {
    for (const [key, { counter, window, source, byTag }] of [...untold]) {
      untold.delete(key)
      const counts = [...byTag].sort(([, a], [, b]) => b - a).slice(0, ROWS_MAX)
      await pool.query(TELL, [counter, window, source, counts.map(([tag]) => tag), counts.map(([, count]) => count)])
    }
  }

  async function read (counter: string, windowMs: number): Promise<void> {
    const window = Math.floor(Date.now() / windowMs)
    const { rows } = await pool.query<{ source: string, client: string, count: number }>(
      READ, [counter, window, [...ownSources]]
    )
    for (const { source, client: tag, count } of rows) onCounts({ counter, window, source, counts: [{ tag, count }] })
    if (forgotten.get(counter) === window) return
    forgotten.set(counter, window)
    await pool.query(FORGET, [counter, window])
  }

  let round = Promise.resolve()
  const timer = setInterval(() => {
    round = round.then(async () => {
      await tell()
      for (const [counter, windowMs] of windows) await read(counter, windowMs)
    }).catch(() => {}) // The store says when the database is away.
  }, EXCHANGE_MS).unref()

  return {
    tell (counts) {
      const key = `${counts.counter} ${counts.window}`
      const present = untold.get(key) ?? { ...counts, byTag: new Map<string, number>() }
      for (const { tag, count } of counts.counts) present.byTag.set(tag, count)
      untold.set(key, present)
      ownSources.add(counts.source)
    },
    async close () {
      clearInterval(timer)
      await round
      await endConnections(pool)
    }
  }
}
