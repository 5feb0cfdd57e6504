import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { RequestContext } from '../../src/request-context.ts'
import { createRecognition, type Recognition } from '../../src/recognition/recognition.ts'

declare module 'fastify' {
  interface FastifyInstance {
    recognition: Recognition
  }
  interface FastifyRequest {
    /** Of this request, for the use cases. */
    readonly context: RequestContext
  }
}

/** The use cases that the routes call. */
export default fp(async function recognitionPlugin (fastify) {
  const { config, network, inference, encodingStore: store, gallery } = fastify
  fastify.decorate('recognition', createRecognition({ config, network, inference, store, gallery }))
  fastify.decorateRequest('context', {
    getter (this: FastifyRequest) {
      const { disconnectSignal: signal, isAdministrator, isPhotoTaken, upload, span } = this
      return {
        signal,
        isAdministrator,
        ...isPhotoTaken && upload && { onPhotoReleased: upload.release },
        ...span && { onPart: span.onPart }
      }
    }
  })
}, { name: 'recognition', dependencies: ['administrator', 'disconnect', 'face-store', 'inference', 'photo-upload', 'tracing'] })
