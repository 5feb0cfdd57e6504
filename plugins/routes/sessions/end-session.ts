import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { FaceError } from '../../../src/errors.ts'
import { setToken } from '../../browsers/session-cookie.ts'
import { errorResponses } from '../common-schemas.ts'

const schema = {
  operationId: 'endOwnSession',
  tags: ['sessions'],
  summary: 'End my session',
  response: {
    200: Type.Object({ success: Type.Literal(true), message: Type.String() }),
    ...errorResponses('SESSION_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

/** `DELETE /session` */
const endSession: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'somebody', takesJson: true, isIdempotencyRefused: true, audit: 'end-session' } as const
  fastify.delete('/session', { schema, config }, async (request, reply) => {
    const { session } = request
    if (!session) throw new FaceError('SESSION_NOT_FOUND')
    request.auditResult = { session: session.id }
    await fastify.sessions.end(session.id)
    setToken(request, reply)
    return { success: true as const, message: 'Session ended' }
  })
}

export default endSession
