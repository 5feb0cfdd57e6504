import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Caller } from '../../src/request-context.ts'
import { createRecognition, type Recognition } from '../../src/recognition/recognition.ts'

declare module 'fastify' {
  interface FastifyInstance {
    recognition: Recognition
  }
  interface FastifyRequest {
    /** Who asks, for the use cases. */
    readonly caller: Caller
  }
}

/** The use cases that the routes call. */
export default fp(async function recognitionPlugin (fastify) {
  const { config, network, inference, encodingStore: store, gallery } = fastify
  fastify.decorate('recognition', createRecognition({ config, network, inference, store, gallery }))
  fastify.decorateRequest('caller', {
    getter (this: FastifyRequest) {
      return { gone: this.clientGone, isAdministrator: this.isAdministrator, ...this.span && { onPart: this.span.onPart } }
    }
  })
}, { name: 'recognition', dependencies: ['administrator', 'client-gone', 'face-store', 'inference', 'tracing'] })
