import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { errorResponses } from '../common-schemas.ts'
import { keyAnswer, NewKeySchema, WISHES } from './common-schemas.ts'

const schema = {
  tags: ['keys'],
  summary: 'Make a key',
  description: 'From the first key on, every endpoint asks for one.',
  body: Type.Object(WISHES),
  response: {
    200: NewKeySchema,
    ...errorResponses('UNSUPPORTED_MEDIA_TYPE', 'PAYLOAD_TOO_LARGE', 'STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

/** `POST /keys` */
const createKey: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'admin', takesJson: true, isIdempotencyRefused: true, audit: 'create-key' } as const
  fastify.post('/keys', { schema, config }, async (request) => {
    const { name, role, expires_at: expiresAt, groups, addresses } = request.body
    const { key, info } = await fastify.keys.create({
      name,
      role,
      ...expiresAt !== undefined && { expiresAt: new Date(expiresAt) },
      ...groups && { groups },
      ...addresses && { addresses }
    })
    request.auditResult = { key: info.id, role }
    return { success: true as const, key, ...keyAnswer(info) }
  })
}

export default createKey
