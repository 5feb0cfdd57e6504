import fp from 'fastify-plugin'
import { ERRORS } from '../../src/errors.ts'
import { countRequest } from './metrics.ts'
import { logRequest } from './request-log.ts'
import { endSpan } from './tracing.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Aborts when the client closes the connection before it has its answer. */
    disconnectSignal: AbortSignal
  }
}

/**
 * Notices clients that close the connection before they have their answer, and counts and logs their requests, which
 * have no response to do so. Fastify's own signal does not help here: it follows the request's body, which has arrived.
 */
export default fp(async function disconnectPlugin (fastify) {
  fastify.decorateRequest('disconnectSignal')
  fastify.addHook('onRequest', async (request, reply) => {
    const disconnect = new AbortController()
    request.disconnectSignal = disconnect.signal
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) return
      const code = 'CLIENT_GONE'
      reply.outcome = code
      if (!reply.raw.headersSent) reply.code(ERRORS[code][0])
      disconnect.abort()
      countRequest(request, reply)
      logRequest(request, reply)
      endSpan(request, reply)
    })
  })
}, { name: 'disconnect', dependencies: ['metrics', 'request-log', 'tracing'] })
