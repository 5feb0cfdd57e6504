import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { errorResponses } from '../common-schemas.ts'
import { sessionAnswer, SessionSchema } from './common-schemas.ts'

const schema = {
  tags: ['sessions'],
  summary: 'List the sessions',
  response: {
    200: Type.Object({ success: Type.Literal(true), sessions: Type.Array(SessionSchema) }),
    ...errorResponses()
  }
}

/** `GET /sessions` */
const listSessions: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.get('/sessions', { schema, config: { role: 'admin' } }, async () => (
    { success: true as const, sessions: fastify.sessions.list().map(sessionAnswer) }
  ))
}

export default listSessions
