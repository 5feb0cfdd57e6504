import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { errorResponses, TimeSchema } from '../common-schemas.ts'
import { WISHES } from '../keys/common-schemas.ts'

const schema = {
  operationId: 'openPairing',
  tags: ['keys'],
  summary: 'Make a code for a kiosk',
  description: 'Six digits that somebody types at the kiosk within 5 minutes. It gets a key of the role kiosk then.',
  body: Type.Object({ name: WISHES.name, groups: WISHES.groups }),
  response: {
    200: Type.Object({
      success: Type.Literal(true),
      code: Type.String({ pattern: '^\\d{6}$' }),
      expires_at: TimeSchema
    }),
    ...errorResponses('UNSUPPORTED_MEDIA_TYPE', 'PAYLOAD_TOO_LARGE', 'STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

/** `POST /pairings` */
const openPairing: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'admin', takesJson: true, isIdempotencyRefused: true, audit: 'create-pairing' } as const
  fastify.post('/pairings', { schema, config }, async (request) => {
    const { code, expiresAt } = await fastify.pairings.open(request.body)
    return { success: true as const, code, expires_at: expiresAt }
  })
}

export default openPairing
