import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { ignoreBody } from '../../uploads/ignore-body.ts'
import { errorResponses, UserIdSchema } from '../common-schemas.ts'
import { EncodingParamsSchema } from './common-schemas.ts'

const schema = {
  tags: ['users'],
  summary: 'Delete an encoding',
  description: 'Nobody is recognised by it any more. The only encoding of a user stays: delete the user instead.',
  params: EncodingParamsSchema,
  response: {
    200: Type.Object({
      success: Type.Literal(true),
      message: Type.String(),
      user_id: UserIdSchema,
      encoding_count: Type.Integer({ minimum: 0 })
    }),
    ...errorResponses('USER_NOT_FOUND', 'ENCODING_NOT_FOUND', 'LAST_ENCODING', 'STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

/** `DELETE /users/{user_id}/encodings/{id}` */
const deleteEncoding: FastifyPluginAsyncTypebox = async (fastify) => {
  ignoreBody(fastify)
  const config = { role: 'enroller', audit: 'delete-encoding' } as const
  fastify.delete('/users/:user_id/encodings/:id', { schema, config }, async ({ params, context }) => {
    const { userId, encodings } = await fastify.users.removeEncoding(params.user_id, params.id, context)
    return {
      success: true as const, message: 'Encoding deleted', user_id: userId, encoding_count: encodings.length
    }
  })
}

export default deleteEncoding
