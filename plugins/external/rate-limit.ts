import rateLimit from '@fastify/rate-limit'
import fp from 'fastify-plugin'
import { FaceError } from '../../src/errors.ts'

const CLIENTS_MAX = 10_000

/**
 * Each client address gets `RATE_LIMIT_MAX` requests per `RATE_LIMIT_WINDOW` seconds; routes may opt out by
 * `config: { rateLimit: false }`. When it is asked, the admission desk says: plugins/app/admission.ts.
 */
export default fp(async function rateLimitPlugin (fastify) {
  await fastify.register(rateLimit, {
    global: false,
    max: fastify.config.RATE_LIMIT_MAX,
    timeWindow: fastify.config.RATE_LIMIT_WINDOW * 1000,
    cache: CLIENTS_MAX,
    errorResponseBuilder: (_request, { ttl }) => new FaceError('RATE_LIMITED', {
      message: `Too many requests: try again in ${Math.ceil(ttl / 1000)} seconds`
    })
  })
}, { name: 'rate-limit' })
