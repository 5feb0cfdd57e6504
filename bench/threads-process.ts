/** A pool of `INFERENCE_THREADS` threads in a process of its own, which works for so many milliseconds on request. */
import sharp from 'sharp'
import { concurrencyOf, offlineConfig, ownBytes } from '../commands/offline-inference.ts'
import { loadConfig } from '../src/config.ts'
import { createGallery } from '../src/gallery/gallery.ts'
import { createInferencePool } from '../src/inference/inference-pool.ts'
import { findNetwork } from '../src/networks/find-network.ts'

/** The first message: what to work on. */
export interface PoolPhotos { photos: Buffer[] }

/** What one turn did: how long it took, what each photo took, and what all waits for a thread of libuv add up to. */
export interface PoolTurn {
  ms: number
  times: number[]
  queuedMs: number
}

const SAMPLE_MS = 1

const config = offlineConfig(loadConfig(process.env))
const network = await findNetwork(config)
const inference = createInferencePool({
  config, gallery: createGallery(network.id), network, onThreadError: (err) => { throw err }
})
let photos: Buffer[] = []

/**
 * Adds up, over time, how many tasks of sharp's, in all threads of this process, libuv has not started: by Little's law
 * that is the sum of their waits.
 */
function watchQueue (): () => number {
  let queuedMs = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    // sharp counts a task after it has queued it: what starts at once is -1 for a moment.
    queuedMs += Math.max(0, sharp.counters().queue) * (now - last)
    last = now
  }, SAMPLE_MS)
  return () => {
    clearInterval(timer)
    return queuedMs
  }
}

async function work (ms: number): Promise<PoolTurn> {
  const startedAt = performance.now()
  const times: number[] = []
  const queued = watchQueue()
  async function client (first: number): Promise<void> {
    for (let i = first; performance.now() - startedAt < ms; i++) {
      const sentAt = performance.now()
      await inference.identify(ownBytes(Buffer.from(photos[i % photos.length]!)))
      times.push(performance.now() - sentAt)
    }
  }
  await Promise.all(Array.from({ length: concurrencyOf(config) }, (_, i) => client(i)))
  return { ms: performance.now() - startedAt, times, queuedMs: queued() }
}

await inference.start()
process.on('message', async (message: PoolPhotos | number) => {
  if (typeof message === 'number') process.send!(await work(message))
  else {
    photos = message.photos.map((photo) => Buffer.from(photo))
    process.send!('ready')
  }
})
process.on('disconnect', () => { inference.close() })
