import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { errorResponses, UserIdParamsSchema } from '../common-schemas.ts'
import { userAnswer, UserSchema } from './common-schemas.ts'

const schema = {
  tags: ['users'],
  summary: 'Read a user',
  description: 'The ETag of the answer can be sent as If-Match with a change.',
  params: UserIdParamsSchema,
  response: { 200: UserSchema, ...errorResponses('USER_NOT_FOUND', 'STORE_UNAVAILABLE') }
}

/** `GET /users/{user_id}` */
const getUser: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.get('/users/:user_id', { schema, config: { role: 'enroller' } }, async ({ params, context }, reply) => (
    userAnswer(reply, await fastify.users.get(params.user_id, context))
  ))
}

export default getUser
