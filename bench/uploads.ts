import { fork } from 'node:child_process'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from './load.ts'
import { markdown } from './markdown.ts'
import { benchPhotos } from './photos.ts'
import { startBenchServer, type BenchServer } from './server.ts'
import { ATTACKS, type Attack } from './upload-attack.ts'

const COUNT = 500
const RUN_MS = 20_000
/** A kiosk at a busy door. */
const PHOTO_EVERY_MS = 200
const MEMORY_EVERY_MS = 50

interface Kiosk { ms: number[], statuses: number[] }

/** Sends a photo and waits for its answer: the status and the milliseconds it took; 0 when the connection breaks. */
function recognize (agent: Agent, url: string, photo: Buffer): Promise<{ status: number, ms: number }> {
  const sentAt = performance.now()
  return new Promise((resolve) => {
    const answer = (status: number): void => resolve({ status, ms: performance.now() - sentAt })
    const headers = { 'content-type': 'image/jpeg', 'content-length': photo.length }
    request(`${url}/recognize`, { agent, method: 'POST', headers }, (response) => {
      response.resume().on('end', () => answer(response.statusCode ?? 0)).on('error', () => answer(0))
    }).on('error', () => answer(0)).end(photo)
  })
}

async function runKiosk (url: string, photos: readonly Buffer[], durationMs: number): Promise<Kiosk> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const kiosk: Kiosk = { ms: [], statuses: [] }
  for (const endsAt = performance.now() + durationMs; performance.now() < endsAt;) {
    const { status, ms } = await recognize(agent, url, photos[kiosk.ms.length % photos.length]!)
    kiosk.ms.push(ms)
    kiosk.statuses.push(status)
    await delay(Math.max(0, PHOTO_EVERY_MS - ms))
  }
  agent.destroy()
  kiosk.ms.sort((one, other) => one - other)
  return kiosk
}

/** The most memory that the server has while something runs, in MiB. */
async function peakDuring<T> (server: BenchServer, work: Promise<T>): Promise<{ result: T, peakMiB: number }> {
  let peakMiB = 0
  const timer = setInterval(async () => {
    peakMiB = Math.max(peakMiB, (await server.memory()).nowMiB)
  }, MEMORY_EVERY_MS)
  try {
    const result = await work
    return { result, peakMiB }
  } finally {
    clearInterval(timer)
  }
}

async function attackServer (attack: Attack | null, photos: readonly Buffer[]): Promise<string[]> {
  const server = await startBenchServer({ strangers: 1_000 })
  try {
    await runKiosk(server.url, photos, 3_000)
    const { nowMiB: idleMiB } = await server.memory()
    const attackers = attack && fork(join(import.meta.dirname, 'upload-attack.ts'), [server.url, attack, String(COUNT)])
    const { result: { ms, statuses }, peakMiB } = await peakDuring(server, runKiosk(server.url, photos, RUN_MS))
    attackers?.kill()
    const good = statuses.filter((status) => status === 200).length
    const mebibytes = [idleMiB, peakMiB, peakMiB - idleMiB].map((value) => value.toFixed(0))
    return [
      attack ? `${COUNT} × ${attack}` : 'none', `${good} of ${statuses.length}`,
      ...[percentile(ms, 0.5), percentile(ms, 0.95), ms.at(-1)!].map((value) => value.toFixed(0)), ...mebibytes
    ]
  } finally {
    await server.stop()
  }
}

/**
 * One kiosk's recognitions and the server's memory, alone and while uploads that never end come from the same address.
 */
export async function benchUploads (): Promise<string> {
  const { photos } = await benchPhotos({ width: 640, height: 480 })
  const rows: string[][] = []
  for (const attack of [null, ...Object.keys(ATTACKS) as Attack[]]) {
    rows.push(await attackServer(attack, photos))
    process.stderr.write(`${rows.at(-1)!.join(' | ')}\n`)
  }
  return markdown([
    'uploads', 'answered 200', 'p50, ms', 'p95, ms', 'longest, ms', 'idle, MiB', 'peak, MiB', 'more, MiB'
  ], rows)
}
