import { createHash, timingSafeEqual } from 'node:crypto'
import fp from 'fastify-plugin'
import { FaceError } from '../../src/errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller has shown `ADMIN_KEY`. */
    isAdministrator: boolean
  }
}

/** RFC 6750. Other schemes are the business of a proxy before the server. */
const BEARER = /^Bearer +(.*)$/i

/** Of one length for all keys, so that comparing them takes the same time. */
const digest = (key: string): Buffer => createHash('sha256').update(key).digest()

/**
 * Knows administrators by `Authorization: Bearer ADMIN_KEY`. A wrong key is refused, also where none is needed: its sender
 * would take the answer for an administrator's. Without `ADMIN_KEY` there are no administrators and keys mean nothing.
 */
export default fp(async function administratorPlugin (fastify) {
  const { ADMIN_KEY } = fastify.config
  fastify.decorateRequest('isAdministrator', false)
  if (ADMIN_KEY === undefined) return
  const expected = digest(ADMIN_KEY)
  // After the rate limit, which so counts wrong keys too, and before the body is read.
  fastify.addHook('preParsing', async (request, reply, payload) => {
    const [, key] = BEARER.exec(request.headers.authorization ?? '') ?? []
    if (key !== undefined) {
      if (!timingSafeEqual(digest(key), expected)) {
        reply.header('www-authenticate', 'Bearer')
        throw new FaceError('UNAUTHORIZED')
      }
      request.isAdministrator = true
    }
    return payload
  })
}, { name: 'administrator', dependencies: ['error-handler'] })
