import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Caller } from '../../../src/access/roles.ts'
import { SESSION_MS } from '../../../src/access/sessions.ts'
import { FaceError } from '../../../src/errors.ts'
import { assertNotForged } from '../../browsers/own-page.ts'
import { setToken } from '../../browsers/session-cookie.ts'
import { errorResponses } from '../common-schemas.ts'
import { sessionAnswer, SessionSchema } from './common-schemas.ts'

const schema = {
  operationId: 'openSession',
  tags: ['sessions'],
  summary: 'Trade a key for a session',
  description: 'For pages of this server: the session is in a cookie that they cannot read, and which browsers send ' +
    'from nowhere else. It ends after 2 hours without a request, after 12 hours, and with its key.',
  response: {
    200: Type.Object({ success: Type.Literal(true), session: SessionSchema }),
    ...errorResponses('STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

/** The caller, who shows a key itself. */
function keyHolder ({ caller }: FastifyRequest): Caller {
  if (caller?.via === 'key' || caller?.via === 'admin-key') return caller
  throw new FaceError('UNAUTHORIZED', { message: 'Send a key: Authorization: Bearer KEY' })
}

/** `POST /session` */
const openSession: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.post('/session', {
    schema,
    config: { role: 'somebody', takesJson: true, isIdempotencyRefused: true, audit: 'open-session' },
    preHandler: async (request) => {
      keyHolder(request)
      assertNotForged(request, 'allowed')
    }
  }, async (request, reply) => {
    const { token, session } = await fastify.sessions.open(keyHolder(request), request.ip)
    setToken(request, reply, token, SESSION_MS / 1000)
    request.auditResult = { session: session.id }
    return { success: true as const, session: sessionAnswer(session) }
  })
}

export default openSession
