import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { errorResponses } from '../common-schemas.ts'
import { CALLER_FIELDS, callerAnswer, sessionAnswer, SessionSchema } from './common-schemas.ts'

const schema = {
  tags: ['sessions'],
  summary: 'Who am I?',
  description: 'Whose key, session, token or certificate the request shows, and which session.',
  response: {
    200: Type.Object({ success: Type.Literal(true), ...CALLER_FIELDS, session: Type.Optional(SessionSchema) }),
    ...errorResponses()
  }
}

/** `GET /session` */
const showSession: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.get('/session', { schema, config: { role: 'somebody' } }, async ({ caller, session }) => ({
    success: true as const,
    ...callerAnswer(caller!), // Somebody.
    ...session && { session: sessionAnswer(session) }
  }))
}

export default showSession
