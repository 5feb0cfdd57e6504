import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { FaceError } from '../../../src/errors.ts'
import { errorResponses, UserIdSchema } from '../common-schemas.ts'
import { encodingAnswer, ENCODING_FIELDS, EncodingParamsSchema } from './common-schemas.ts'

const schema = {
  tags: ['users'],
  summary: 'Read about an encoding',
  params: EncodingParamsSchema,
  response: {
    200: Type.Object({ success: Type.Literal(true), user_id: UserIdSchema, ...ENCODING_FIELDS }),
    ...errorResponses('USER_NOT_FOUND', 'ENCODING_NOT_FOUND', 'STORE_UNAVAILABLE')
  }
}

/** `GET /users/{user_id}/encodings/{id}` */
const getEncoding: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'enroller' } as const
  fastify.get('/users/:user_id/encodings/:id', { schema, config }, async ({ params, context }) => {
    const { userId, encodings } = await fastify.users.encodings(params.user_id, context)
    const encoding = encodings.find(({ id }) => id === params.id)
    if (!encoding) throw new FaceError('ENCODING_NOT_FOUND')
    return { success: true as const, user_id: userId, ...encodingAnswer(encoding) }
  })
}

export default getEncoding
