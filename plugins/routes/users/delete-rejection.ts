import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { ignoreBody } from '../../uploads/ignore-body.ts'
import { errorResponses, UserIdTextSchema } from '../common-schemas.ts'
import { REJECTION_FIELDS, rejectionsAnswer, RejectionsSchema } from './rejection-common-schemas.ts'

const schema = {
  tags: ['users'],
  summary: 'Take the rejection of a face back',
  description: 'Answers those that are left.',
  params: Type.Object({ user_id: UserIdTextSchema, id: REJECTION_FIELDS.id }),
  response: {
    200: RejectionsSchema,
    ...errorResponses('USER_NOT_FOUND', 'REJECTION_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

/** `DELETE /users/{user_id}/rejections/{id}` */
const deleteRejection: FastifyPluginAsyncTypebox = async (fastify) => {
  ignoreBody(fastify)
  const config = {
    role: 'enroller',
    audit: 'delete-rejection',
    auditDetails: ({ params }: { params: unknown }) => ({ rejection: (params as { id: string }).id })
  } as const
  fastify.delete('/users/:user_id/rejections/:id', { schema, config }, async ({ params, context }) => (
    rejectionsAnswer(await fastify.rejections.remove(params.user_id, params.id, context))
  ))
}

export default deleteRejection
