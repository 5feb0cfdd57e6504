import fp from 'fastify-plugin'

/** One line per request, without the address: it would name the user. Says the request id to the client too. */
export default fp(async function requestLogPlugin (fastify) {
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  fastify.addHook('onResponse', async (request, reply) => {
    request.log.info({
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      outcome: reply.outcome,
      durationMs: Math.round(reply.elapsedTime * 10) / 10
    }, 'request')
  })
}, { name: 'request-log', dependencies: ['error-handler'] })
