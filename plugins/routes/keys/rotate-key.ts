import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { OVERLAP_MS } from '../../../src/access/keys.ts'
import { errorResponses, TimeSchema } from '../common-schemas.ts'
import { keyAnswer, KeyParamsSchema, NewKeySchema } from './common-schemas.ts'

const schema = {
  tags: ['keys'],
  summary: 'Give a key a new secret',
  description: 'The old one stays valid for a day, or until the moment in the body, at most 90 days from now.',
  params: KeyParamsSchema,
  body: Type.Union([Type.Null(), Type.Object({ old_valid_until: Type.Optional(TimeSchema) })]),
  response: {
    200: NewKeySchema,
    ...errorResponses(
      'KEY_NOT_FOUND', 'UNSUPPORTED_MEDIA_TYPE', 'PAYLOAD_TOO_LARGE', 'STORE_UNAVAILABLE', 'STORE_FULL'
    )
  }
}

/** `POST /keys/{id}/rotate` */
const rotateKey: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'admin', takesJson: true, isIdempotencyRefused: true, audit: 'change-key' } as const
  fastify.post('/keys/:id/rotate', { schema, config }, async (request) => {
    const until = request.body?.old_valid_until
    const oldValidUntil = new Date(until ?? Date.now() + OVERLAP_MS)
    request.auditResult = { key: request.params.id, oldValidUntil: oldValidUntil.toISOString() }
    const { key, info } = await fastify.keys.rotate(request.params.id, oldValidUntil)
    return { success: true as const, key, ...keyAnswer(info) }
  })
}

export default rotateKey
