import fp from 'fastify-plugin'
import { createGallery, type Gallery } from '../../src/gallery/gallery.ts'
import type { EncodingStore } from '../../src/store/encoding-store.ts'
import { createFileStore } from '../../src/store/file-store.ts'

declare module 'fastify' {
  interface FastifyInstance {
    encodingStore: EncodingStore
    gallery: Gallery
  }
}

/** The encoding store and the gallery that follows it. */
export default fp(async function faceStorePlugin (fastify) {
  const log = fastify.log.child({ part: 'store' })
  const gallery = createGallery()
  const store = createFileStore({
    dir: fastify.config.FACE_DATA_DIR,
    onEvent (event) {
      log[event.type === 'quarantined' ? 'error' : 'info'](event, 'store')
      if (event.type === 'quarantined') fastify.metrics.fileQuarantined()
    }
  })
  store.onChange(gallery.apply)
  fastify.decorate('encodingStore', store)
  fastify.decorate('gallery', gallery)
  fastify.addHook('onReady', async () => {
    await store.open()
    const { users, encodings } = gallery.counts()
    log.info({ users, count: encodings }, 'encodings loaded')
  })
  fastify.addHook('onClose', () => store.close())
}, { name: 'face-store', dependencies: ['metrics'] })
