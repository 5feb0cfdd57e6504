import fp from 'fastify-plugin'
import { ERRORS } from '../../src/errors.ts'
import { countRequest } from './metrics.ts'
import { logRequest } from './request-log.ts'
import { endSpan } from './tracing.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Aborts when the client closes the connection before it has its answer. */
    clientGone: AbortSignal
  }
}

/**
 * Notices clients that do not wait for their answer, and counts and logs their requests, which have no response to do so.
 * Fastify's own signal is of no use here: it follows the request's body, which has arrived.
 */
export default fp(async function clientGonePlugin (fastify) {
  fastify.decorateRequest('clientGone')
  fastify.addHook('onRequest', async (request, reply) => {
    const gone = new AbortController()
    request.clientGone = gone.signal
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) return
      const code = 'CLIENT_GONE'
      reply.outcome = code
      if (!reply.raw.headersSent) reply.code(ERRORS[code][0])
      gone.abort()
      countRequest(request, reply)
      logRequest(request, reply)
      endSpan(request, reply)
    })
  })
}, { name: 'client-gone', dependencies: ['metrics', 'request-log', 'tracing'] })
