import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { FaceError } from '../../../src/errors.ts'
import { errorResponses } from '../common-schemas.ts'

const schema = {
  operationId: 'endAnySession',
  tags: ['sessions'],
  summary: 'End a session',
  params: Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{12}$', examples: ['5e0c7d93ab18'] }) }),
  response: {
    200: Type.Object({ success: Type.Literal(true), message: Type.String() }),
    ...errorResponses('SESSION_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

/** `DELETE /sessions/{id}` */
const endAnySession: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'admin', takesJson: true, audit: 'end-session' } as const
  fastify.delete('/sessions/:id', { schema, config }, async (request) => {
    const { id } = request.params
    request.auditResult = { session: id }
    if (!await fastify.sessions.end(id)) throw new FaceError('SESSION_NOT_FOUND')
    return { success: true as const, message: 'Session ended' }
  })
}

export default endAnySession
