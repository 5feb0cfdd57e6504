import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { FaceError } from '../../src/errors.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Finds out whose key the request shows, if any. Throws `UNAUTHORIZED` for a wrong one. */
    identify (request: FastifyRequest, reply: FastifyReply): void
  }
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
 * Recognises administrators by `Authorization: Bearer ADMIN_KEY`. A wrong key is refused even where none is needed: its
 * sender would take the answer for an administrator's. Without `ADMIN_KEY` there are no administrators and keys are
 * ignored.
 */
export default fp(async function administratorPlugin (fastify) {
  const { ADMIN_KEY } = fastify.config
  fastify.decorateRequest('isAdministrator', false)
  if (ADMIN_KEY === undefined) {
    fastify.decorate('identify', () => {})
    return
  }
  const expected = digest(ADMIN_KEY)
  fastify.decorate('identify', (request: FastifyRequest, reply: FastifyReply): void => {
    const [, key] = BEARER.exec(request.headers.authorization ?? '') ?? []
    if (key === undefined) return
    if (!timingSafeEqual(digest(key), expected)) {
      reply.header('www-authenticate', 'Bearer')
      throw new FaceError('UNAUTHORIZED')
    }
    request.isAdministrator = true
  })
}, { name: 'administrator', dependencies: ['error-handler'] })
