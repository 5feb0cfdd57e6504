import fp from 'fastify-plugin'
import { createGallery, type Gallery } from '../../src/gallery/gallery.ts'
import { findNetwork, previousNetwork, type RecognitionNetwork } from '../../src/networks/find-network.ts'
import { createStore, measureStore } from '../../src/store/create-store.ts'
import type { EncodingStore } from '../../src/store/encoding-store.ts'
import { STORE_EVENT_LEVELS } from '../../src/store/store-event.ts'

declare module 'fastify' {
  interface FastifyInstance {
    encodingStore: EncodingStore
    gallery: Gallery
    network: RecognitionNetwork
    /** See src/networks/find-network.ts. */
    previousNetwork: RecognitionNetwork | null
  }
}

const TO_REENROLL = 'users have no encoding of this network: they are recognised by face-api\'s as long as they have ' +
  'one of that; register them again'

/** The encoding store, and the gallery that follows it as far as encodings are of the configured network. */
export default fp(async function faceStorePlugin (fastify) {
  const log = fastify.log.child({ part: 'store' })
  const network = await findNetwork(fastify.config)
  if (network.notice) fastify.log.info(network.notice)
  const previous = previousNetwork(network, fastify.config)
  const gallery = createGallery(network.id, previous?.id)
  let connected = true
  const store = measureStore(createStore(fastify.config, (event) => {
    log[STORE_EVENT_LEVELS[event.type]](event, 'store')
    if (event.type === 'connected' || event.type === 'disconnected') connected = event.type === 'connected'
  }), fastify.metrics.storeDone)
  fastify.metrics.gauge('face_store_connected', 'min', '0 while the database is away, else 1', () => Number(connected))
  store.onChange(gallery.apply)
  fastify.decorate('encodingStore', store)
  fastify.decorate('gallery', gallery)
  fastify.decorate('network', network)
  fastify.decorate('previousNetwork', previous)
  fastify.addHook('onReady', async () => {
    await store.open()
    const { users, encodings, outdated } = gallery.counts()
    log.info({ users, count: encodings }, 'encodings loaded')
    if (outdated > 0) log.warn({ users: outdated, model: network.id }, TO_REENROLL)
  })
  fastify.addHook('onClose', () => store.close())
}, { name: 'face-store', dependencies: ['metrics'] })
