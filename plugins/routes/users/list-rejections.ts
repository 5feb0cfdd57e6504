import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { errorResponses, UserIdParamsSchema } from '../common-schemas.ts'
import { rejectionsAnswer, RejectionsSchema } from './rejection-common-schemas.ts'

const schema = {
  tags: ['users'],
  summary: 'List the faces that are not the user\'s',
  description: 'Oldest first.',
  params: UserIdParamsSchema,
  response: { 200: RejectionsSchema, ...errorResponses('USER_NOT_FOUND', 'STORE_UNAVAILABLE') }
}

/** `GET /users/{user_id}/rejections` */
const listRejections: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.get('/users/:user_id/rejections', { schema, config: { role: 'enroller' } }, async ({ params, context }) => (
    rejectionsAnswer(await fastify.rejections.list(params.user_id, context))
  ))
}

export default listRejections
