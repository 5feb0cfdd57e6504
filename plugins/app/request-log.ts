import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

/** Writes the one line of a request, without its address: that would name the user. */
export function logRequest (request: FastifyRequest, reply: FastifyReply): void {
  request.log.info({
    method: request.method,
    route: request.routeOptions.url ?? 'unknown',
    status: reply.statusCode,
    outcome: reply.outcome,
    durationMs: Math.round(reply.elapsedTime * 10) / 10
  }, 'request')
}

/** One line per request. Says the request id to the client too. */
export default fp(async function requestLogPlugin (fastify) {
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  fastify.addHook('onResponse', async (request, reply) => logRequest(request, reply))
}, { name: 'request-log', dependencies: ['error-handler', 'tracing'] })
