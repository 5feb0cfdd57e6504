import fp from 'fastify-plugin'
import { createGallery, type Gallery } from '../../src/gallery/gallery.ts'
import { findNetwork, previousNetwork, type RecognitionNetwork } from '../../src/networks/find-network.ts'
import { createDocuments, createStore, measureStore } from '../../src/store/create-store.ts'
import type { DocumentStore } from '../../src/store/documents/document-store.ts'
import type { EncodingStore } from '../../src/store/encoding-store.ts'
import { STORE_EVENT_LEVELS, type StoreEvent } from '../../src/store/store-event.ts'

declare module 'fastify' {
  interface FastifyInstance {
    encodingStore: EncodingStore
    /** Small documents beside the encodings, such as keys. */
    documents: DocumentStore
    gallery: Gallery
    network: RecognitionNetwork
    /** See src/networks/find-network.ts. */
    previousNetwork: RecognitionNetwork | null
  }
}

const TO_REENROLL = 'users have no encoding of this network: they are recognised by face-api\'s as long as they have ' +
  'one of that; register them again'

/** So often searches learn who may be named from now on, or no longer. */
const VALIDITY_MS = 500

/** The stores, and the gallery that follows the encodings as far as they are of the configured network. */
export default fp(async function faceStorePlugin (fastify) {
  const log = fastify.log.child({ part: 'store' })
  const network = await findNetwork(fastify.config)
  if (network.notice) fastify.log.info(network.notice)
  const previous = previousNetwork(network, fastify.config)
  const gallery = createGallery(network.id, previous?.id)
  let connected = true
  function tell (event: StoreEvent): void {
    log[STORE_EVENT_LEVELS[event.type]](event, 'store')
    if (event.type === 'connected' || event.type === 'disconnected') connected = event.type === 'connected'
  }
  const store = measureStore(createStore(fastify.config, tell), fastify.metrics.storeDone)
  const documents = createDocuments(fastify.config, tell)
  fastify.metrics.gauge('face_store_connected', 'min', '0 while the database is away, else 1', () => Number(connected))
  store.onChange(gallery.apply)
  fastify.decorate('encodingStore', store)
  fastify.decorate('documents', documents)
  fastify.decorate('gallery', gallery)
  fastify.decorate('network', network)
  fastify.decorate('previousNetwork', previous)
  let following: NodeJS.Timeout | undefined
  fastify.addHook('onReady', async () => {
    following = setInterval(() => gallery.updateValidity(Date.now()), VALIDITY_MS).unref()
    await store.open()
    await documents.open()
    const { users, encodings, outdated } = gallery.counts()
    log.info({ users, count: encodings }, 'encodings loaded')
    if (outdated > 0) log.warn({ users: outdated, model: network.id }, TO_REENROLL)
  })
  fastify.addHook('onClose', async () => {
    clearInterval(following)
    await documents.close()
    await store.close()
  })
}, { name: 'face-store', dependencies: ['metrics'] })
