import type { Config } from '../src/config.ts'
import { load, type LoadResult, type Shot } from './load.ts'
import { benchPhotos, type PhotoSize } from './photos.ts'
import type { Row, StartWith } from './report.ts'
import { servedPhoto, servedTimes } from './served.ts'
import { startBenchServer, type BenchServer } from './server.ts'

/** What is asked of a server. */
export interface Requests {
  enrolled: number
  threads: number
  arithmetic: Config['ENCODING_ARITHMETIC']
  sizes: readonly PhotoSize[]
  concurrencies: readonly number[]
  runMs: number
  /** Also registration, and `/health` and `/stats` while every thread is busy. */
  others: boolean
}

const WARM_UP_MS = 1_000
/** Photos at once that keep every thread busy, for each thread. */
const BUSY = 4

type About = Pick<Row, 'route' | 'size' | 'enrolled' | 'concurrency' | 'threads' | 'arithmetic'>

/** Runs a load, and nothing else of the server's, with processor times and the server's own figures. */
async function measured (server: BenchServer, about: About, run: () => Promise<LoadResult>): Promise<Row> {
  const [times, serverCpu, clientCpu] = [
    await servedTimes(server.url, about.route), await server.cpuMs(), process.cpuUsage()
  ]
  const result = await run()
  const { user, system } = process.cpuUsage(clientCpu)
  return {
    ...about,
    ...result,
    clientCpuMs: (user + system) / 1000 / result.requests,
    serverCpuMs: (await server.cpuMs() - serverCpu) / result.requests,
    peakMiB: (await server.memory()).peakMiB,
    served: servedPhoto(times, await servedTimes(server.url, about.route))
  }
}

async function whileBusy (server: BenchServer, about: About, photos: readonly Shot[], ms: number): Promise<Row> {
  const busy = load(server.url, photos, BUSY * about.threads, ms)
  const result = await load(server.url, [{ method: 'GET', path: about.route }], 1, ms)
  await busy
  return {
    ...about, ...result, serverCpuMs: NaN, clientCpuMs: NaN, peakMiB: (await server.memory()).peakMiB, served: null
  }
}

async function startOf (server: BenchServer, users: number): Promise<StartWith> {
  const events = server.log()
  const loadMs = Number(events.find(({ type }) => type === 'loaded')?.['durationMs'])
  return {
    users,
    listenMs: server.startMs,
    loadMs,
    progressLines: events.filter(({ type }) => type === 'loading').length,
    ...await server.memory()
  }
}

/** Starts a server, asks all this of it, each kind of request for `runMs`, and stops it. */
export async function measureRequests (
  wanted: Requests, onRow: (row: Row) => void
): Promise<{ rows: Row[], start: StartWith }> {
  const { enrolled, threads, arithmetic, sizes, concurrencies, runMs, others } = wanted
  const server = await startBenchServer({ strangers: enrolled }, {
    INFERENCE_THREADS: String(threads),
    ...arithmetic === 'int8' && { ENCODING_ARITHMETIC: arithmetic, RECOGNITION_NETWORK: 'face-api' }
  })
  const rows: Row[] = []
  const done = (row: Row): void => {
    rows.push(row)
    onRow(row)
  }
  try {
    for (const [index, size] of sizes.entries()) {
      const { photos } = await benchPhotos(size)
      const recognize = photos.map((body): Shot => ({ method: 'POST', path: '/recognize', body }))
      await load(server.url, recognize, 2 * threads, WARM_UP_MS)
      for (const concurrency of concurrencies) {
        const about = { route: '/recognize', size, enrolled, concurrency, threads, arithmetic }
        done(await measured(server, about, () => load(server.url, recognize, concurrency, runMs)))
      }
      if (!others || index > 0) continue
      const register = photos.map((body, i): Shot => ({
        method: 'POST', path: `/register-face?user_id=bench-${i}&replace=true`, body
      }))
      const about = { enrolled, concurrency: threads, threads, arithmetic }
      done(await measured(
        server, { route: '/register-face', size, ...about }, () => load(server.url, register, threads, runMs)
      ))
      for (const route of ['/health', '/stats']) {
        done(await whileBusy(server, { route, size: null, ...about, concurrency: 1 }, recognize, 2 * runMs))
      }
    }
    return { rows, start: await startOf(server, enrolled) }
  } finally {
    await server.stop()
  }
}
