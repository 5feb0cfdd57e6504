import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ignoreBody } from '../uploads/ignore-body.ts'
import { DELETION_RESPONSES, UserIdParamsSchema } from './common-schemas.ts'

const schema = {
  tags: ['faces'],
  summary: 'Delete everything kept about a user',
  params: UserIdParamsSchema,
  response: DELETION_RESPONSES
}

/** `DELETE /face/{user_id}` */
const deleteFace: FastifyPluginAsyncTypebox = async (fastify) => {
  ignoreBody(fastify)
  const config = { role: 'enroller', isOpenWithoutKeys: true, audit: 'delete-user' } as const
  fastify.delete('/face/:user_id', { schema, config }, async (request) => {
    const userId = await fastify.recognition.remove(request.params.user_id, request.context)
    return { success: true as const, message: 'Face data deleted successfully', user_id: userId }
  })
}

export default deleteFace
