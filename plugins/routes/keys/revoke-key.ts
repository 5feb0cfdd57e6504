import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { errorResponses } from '../common-schemas.ts'
import { KEY_FIELDS, keyAnswer, KeyParamsSchema } from './common-schemas.ts'

const schema = {
  tags: ['keys'],
  summary: 'Revoke a key',
  description: 'Within a second it is valid nowhere. The server stays closed, also without any valid key.',
  params: KeyParamsSchema,
  response: {
    200: Type.Object({ success: Type.Literal(true), message: Type.String(), ...KEY_FIELDS }),
    ...errorResponses('KEY_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

/** `DELETE /keys/{id}` */
const revokeKey: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'admin', takesJson: true, audit: 'revoke-key' } as const
  fastify.delete('/keys/:id', { schema, config }, async (request) => {
    request.auditResult = { key: request.params.id }
    const info = await fastify.keys.revoke(request.params.id)
    return { success: true as const, message: 'Key revoked', ...keyAnswer(info) }
  })
}

export default revokeKey
