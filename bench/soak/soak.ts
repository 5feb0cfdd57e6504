import { setTimeout as pause } from 'node:timers/promises'
import { startCluster, WITHOUT_POSTGRES } from '../postgres.ts'
import { startBenchServer } from '../server.ts'
import { makeBodies } from './bodies.ts'
import { runKiosks } from './kiosks.ts'
import { reportSoak, type SoakReport } from './report.ts'
import { Tally } from './tally.ts'

const SAMPLE_MS = 1_000
const OUTAGES = 6
const OUTAGE_MS = 3_000
const WARM_UP_MS_MAX = 120_000

/** Waits, but not longer than until the signal. */
const rest = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal }).catch(() => {})

/** Runs mixed traffic against the built server for so long; the report says what came of it. */
export async function soak (durationMs: number, say: (text: string) => void): Promise<SoakReport> {
  const database = WITHOUT_POSTGRES ? null : await startCluster()
  if (WITHOUT_POSTGRES) say(`${WITHOUT_POSTGRES}: the soak runs on the file store, without outages`)
  const bodies = await makeBodies()
  const queue = { INFERENCE_QUEUE_MAX: '64' }
  const server = await startBenchServer({ strangers: 0 }, database
    ? { ...queue, DATABASE_URL: await database.createDatabase() }
    : queue)
  const tally = new Tally()
  const enough = AbortSignal.timeout(durationMs)
  let outages = 0

  async function watch (): Promise<void> {
    while (!enough.aborted) {
      tally.sample((await server.memory()).nowMiB, await server.handles())
      await rest(SAMPLE_MS, enough)
    }
  }

  async function breakDatabase (): Promise<void> {
    if (!database) return
    for (;;) {
      await rest(durationMs / (OUTAGES + 1), enough)
      if (enough.aborted) return
      await database.crash()
      await pause(OUTAGE_MS)
      await database.start()
      say(`${(tally.elapsedMs() / 1000).toFixed(0)} s: database away for ${OUTAGE_MS / 1000} s, ` +
        `${(await server.memory()).nowMiB.toFixed(0)} MiB, ${await server.handles()} handles`)
      outages++
    }
  }

  try {
    await Promise.all([runKiosks(server.url, bodies, tally, enough), watch(), breakDatabase()])
  } finally {
    await server.stop()
    await database?.remove()
  }
  const warmUpMs = Math.min(WARM_UP_MS_MAX, durationMs / 5)
  return reportSoak(tally, { durationMs, warmUpMs, outages, store: database ? 'PostgreSQL' : 'files' })
}
