import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { userIdFromText } from '../../src/store/user-key.ts'
import { errorResponses, TimeSchema, UserIdParamsSchema, UserIdSchema } from './common-schemas.ts'

const schema = {
  tags: ['faces'],
  summary: 'Is this user registered?',
  params: UserIdParamsSchema,
  response: {
    200: Type.Object({
      success: Type.Literal(true),
      user_id: UserIdSchema,
      registered: Type.Boolean(),
      last_updated: Type.Union([TimeSchema, Type.Null()]),
      encoding_count: Type.Integer({ minimum: 0 })
    }),
    ...errorResponses('STORE_UNAVAILABLE')
  }
}

/** `GET /status/{user_id}` */
const status: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'enroller', isOpenWithoutKeys: true } as const
  fastify.get('/status/:user_id', { schema, config }, async (request) => {
    const { params, context } = request
    const { userId, lastUpdated, encodingCount } = await fastify.recognition.status(params.user_id, context)
    return {
      success: true as const,
      user_id: userId ?? userIdFromText(request.params.user_id),
      registered: encodingCount > 0,
      last_updated: lastUpdated,
      encoding_count: encodingCount
    }
  })
}

export default status
