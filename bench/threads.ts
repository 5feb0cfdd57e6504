import { createGallery } from '../src/gallery/gallery.ts'
import { loadConfig } from '../src/config.ts'
import { createInferencePool, type Inference } from '../src/inference/inference-pool.ts'
import { concurrencyOf, offlineConfig } from '../commands/offline-config.ts'
import { FACE_API_NETWORK } from '../src/recognition/network.ts'
import { ownBytes } from '../src/recognition/photo-bytes.ts'

/** What so many inference threads do without HTTP. */
export interface PoolSpeed {
  threads: number
  perSecond: number
}

interface Counted {
  inference: Inference
  lanes: number
  photos: number
  ms: number
}

async function openPool (threads: number): Promise<Counted> {
  const config = offlineConfig(loadConfig({ ...process.env, INFERENCE_THREADS: String(threads) }))
  const inference = createInferencePool({
    config, gallery: createGallery(FACE_API_NETWORK.id).memory, network: null, onThreadError: (err) => { throw err }
  })
  await inference.start()
  return { inference, lanes: concurrencyOf(config), photos: 0, ms: 0 }
}

async function work (pool: Counted, photos: readonly Buffer[], ms: number): Promise<void> {
  const startedAt = performance.now()
  async function lane (first: number): Promise<void> {
    for (let i = first; performance.now() - startedAt < ms; i++) {
      await pool.inference.identify(ownBytes(Buffer.from(photos[i % photos.length]!)))
      pool.photos++
    }
  }
  await Promise.all(Array.from({ length: pool.lanes }, (_, i) => lane(i)))
  pool.ms += performance.now() - startedAt
}

/** Photos per second of pools with these numbers of threads, which take turns so that a slow moment hits all. */
export async function measureThreads (
  photos: readonly Buffer[], threads: readonly number[], turns: number, turnMs: number
): Promise<PoolSpeed[]> {
  const pools: Counted[] = []
  for (const count of threads) pools.push(await openPool(count))
  for (const pool of pools) await work(pool, photos, turnMs / 4)
  for (const pool of pools) Object.assign(pool, { photos: 0, ms: 0 })
  for (let turn = 0; turn < turns; turn++) for (const pool of pools) await work(pool, photos, turnMs)
  for (const { inference } of pools) await inference.close()
  return pools.map(({ photos, ms }, i) => ({ threads: threads[i]!, perSecond: photos * 1000 / ms }))
}
