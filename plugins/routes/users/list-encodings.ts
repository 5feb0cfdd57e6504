import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { errorResponses, UserIdParamsSchema, UserIdSchema } from '../common-schemas.ts'
import { encodingAnswer, ENCODING_FIELDS } from './common-schemas.ts'

const schema = {
  tags: ['users'],
  summary: 'List a user\'s encodings',
  description: 'Oldest first. The numbers of an encoding never leave the server.',
  params: UserIdParamsSchema,
  response: {
    200: Type.Object({
      success: Type.Literal(true),
      user_id: UserIdSchema,
      encodings: Type.Array(Type.Object(ENCODING_FIELDS))
    }),
    ...errorResponses('USER_NOT_FOUND', 'STORE_UNAVAILABLE')
  }
}

/** `GET /users/{user_id}/encodings` */
const listEncodings: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.get('/users/:user_id/encodings', { schema, config: { role: 'enroller' } }, async ({ params, context }) => {
    const { userId, encodings } = await fastify.users.encodings(params.user_id, context)
    return { success: true as const, user_id: userId, encodings: encodings.map(encodingAnswer) }
  })
}

export default listEncodings
