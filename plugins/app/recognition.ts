import fp from 'fastify-plugin'
import { createRecognition, type Recognition } from '../../src/recognition/recognition.ts'

declare module 'fastify' {
  interface FastifyInstance {
    recognition: Recognition
  }
}

/** The use cases that the routes call. */
export default fp(async function recognitionPlugin (fastify) {
  const { config, network, inference, encodingStore: store, gallery } = fastify
  fastify.decorate('recognition', createRecognition({ config, network, inference, store, gallery }))
}, { name: 'recognition', dependencies: ['face-store', 'inference'] })
