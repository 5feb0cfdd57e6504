import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import {
  errorResponses, PHOTO_ERRORS, PhotoFileSchema, PhotoTextSchema, RAW_PHOTO_CONTENT, UserIdParamsSchema, UserIdSchema
} from '../common-schemas.ts'
import { rejectionAnswer, REJECTION_FIELDS } from './rejection-common-schemas.ts'

const schema = {
  tags: ['users'],
  summary: 'Reject a face',
  description: 'This is not the user: faces nearer to this one than to the user\'s encodings are not named so any ' +
    'more. Send the photo, or as JSON the recognition_id of an answer of the last ten minutes that named the user.',
  params: UserIdParamsSchema,
  body: {
    content: {
      'application/json': {
        schema: Type.Union([
          Type.Object({ photo: PhotoTextSchema }),
          Type.Object({ recognition_id: Type.String({ format: 'uuid', description: 'Of the answer of /recognize' }) })
        ])
      },
      'multipart/form-data': { schema: Type.Object({ photo: PhotoFileSchema }) },
      ...RAW_PHOTO_CONTENT
    }
  },
  response: {
    200: Type.Object({ success: Type.Literal(true), user_id: UserIdSchema, ...REJECTION_FIELDS }),
    ...errorResponses(
      ...PHOTO_ERRORS, 'USER_NOT_FOUND', 'RECOGNITION_NOT_FOUND', 'TOO_MANY_REJECTIONS', 'STORE_UNAVAILABLE',
      'STORE_FULL'
    )
  }
}

/** `POST /users/{user_id}/rejections` */
const addRejection: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'enroller', takesPhoto: true, audit: 'add-rejection' } as const
  fastify.post('/users/:user_id/rejections', { schema, config }, async (request) => {
    const { recognition_id: recognitionId } = (request.body ?? {}) as { recognition_id?: string }
    const face = recognitionId === undefined ? { photo: request.takePhoto() } : { recognitionId }
    const { userId, rejection } = await fastify.rejections.add(request.params.user_id, face, request.context)
    request.auditResult = { rejection: rejection.id }
    return { success: true as const, user_id: userId, ...rejectionAnswer(rejection) }
  })
}

export default addRejection
