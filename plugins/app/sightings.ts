import fp from 'fastify-plugin'
import { createSightings, type Sightings } from '../../src/recognition/sightings.ts'
import { createSightingStore } from '../../src/store/create-store.ts'
import { STORE_EVENT_LEVELS } from '../../src/store/store-event.ts'

declare module 'fastify' {
  interface FastifyInstance {
    sightings: Sightings
  }
}

/** A crash loses what was noted since. */
const FLUSH_MS = 300_000
const PRUNE_MS = 86_400_000

/** When each user was last recognised, and how far from their encodings; stored now and then, and at the end. */
export default fp(async function sightingsPlugin (fastify) {
  const { config, encodingStore } = fastify
  const log = fastify.log.child({ part: 'store' })
  const store = createSightingStore(config, (event) => log[STORE_EVENT_LEVELS[event.type]](event, 'store'))
  const sightings = createSightings(store)
  encodingStore.onChange(({ key, record }) => { if (!record) sightings.forget(key) })
  fastify.decorate('sightings', sightings)

  const isRegistered = async (key: string): Promise<boolean> => await encodingStore.get(key) !== null
  let pruneAt = 0
  /** What fails now is tried again the next time. */
  async function look (): Promise<void> {
    try {
      await sightings.flush()
      if (performance.now() < pruneAt) return
      await sightings.prune(isRegistered)
      pruneAt = performance.now() + PRUNE_MS
    } catch (err) {
      log.warn({ err }, 'sightings not stored')
    }
  }

  let looking: NodeJS.Timeout | undefined
  fastify.addHook('onReady', async () => {
    await sightings.since().catch((err: unknown) => log.warn({ err }, 'sightings not stored'))
    looking = setInterval(look, FLUSH_MS).unref()
  })
  fastify.addHook('onClose', async () => {
    clearInterval(looking)
    await sightings.close().catch((err: unknown) => log.warn({ err }, 'sightings not stored'))
  })
}, { name: 'sightings', dependencies: ['face-store'] })
