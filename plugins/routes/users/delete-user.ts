import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ignoreBody } from '../../uploads/ignore-body.ts'
import { DELETION_RESPONSES, UserIdParamsSchema } from '../common-schemas.ts'

const schema = {
  tags: ['users'],
  summary: 'Delete everything kept about a user',
  description: 'The same as DELETE /face/{user_id}.',
  params: UserIdParamsSchema,
  response: DELETION_RESPONSES
}

/** `DELETE /users/{user_id}` */
const deleteUser: FastifyPluginAsyncTypebox = async (fastify) => {
  ignoreBody(fastify)
  const config = { role: 'enroller', audit: 'delete-user' } as const
  fastify.delete('/users/:user_id', { schema, config }, async ({ params, context }) => {
    const userId = await fastify.recognition.remove(params.user_id, context)
    return { success: true as const, message: 'Face data deleted successfully', user_id: userId }
  })
}

export default deleteUser
