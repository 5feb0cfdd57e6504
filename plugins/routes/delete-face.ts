import type { IncomingMessage } from 'node:http'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { errorResponses, UserIdParamsSchema, UserIdSchema } from './common-schemas.ts'

const schema = {
  tags: ['faces'],
  summary: 'Delete everything kept about a user',
  params: UserIdParamsSchema,
  response: {
    200: Type.Object({ success: Type.Literal(true), message: Type.String(), user_id: UserIdSchema }),
    ...errorResponses('USER_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

/** `DELETE /face/{user_id}` */
const deleteFace: FastifyPluginAsyncTypebox = async (fastify) => {
  // There is nothing in a body: clients that name a type for all of their requests send none, or an empty one.
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('*', async (_request: FastifyRequest, body: IncomingMessage) => { body.resume() })

  const config = { role: 'enroller', isOpenWithoutKeys: true, audit: 'delete-user' } as const
  fastify.delete('/face/:user_id', { schema, config }, async (request) => {
    const userId = await fastify.recognition.remove(request.params.user_id, request.context)
    return { success: true as const, message: 'Face data deleted successfully', user_id: userId }
  })
}

export default deleteFace
