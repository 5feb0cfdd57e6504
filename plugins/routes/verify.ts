import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { boxInPixels, PHOTOS_MAX, sentUserId } from './common-fields.ts'
import {
  BoxSchema, COMPARISON_FIELDS, errorResponses, perPhoto, PHOTO_ERRORS, PhotoFileSchema, PhotoTextSchema,
  RAW_PHOTO_CONTENT, UserIdSchema, UserIdTextSchema
} from './common-schemas.ts'

const schema = {
  operationId: 'verify',
  tags: ['faces'],
  summary: 'Is this the user?',
  description: 'Compares the face before the camera with those of one user. Somebody else is a normal outcome: 200 ' +
    'with verified false. A form may hold several photos, each of which is answered.',
  querystring: Type.Object({ user_id: Type.Optional(UserIdTextSchema) }),
  body: {
    content: {
      'application/json': { schema: Type.Object({ user_id: UserIdSchema, photo: PhotoTextSchema }) },
      'multipart/form-data': { schema: Type.Object({ user_id: UserIdTextSchema, photo: PhotoFileSchema }) },
      ...RAW_PHOTO_CONTENT
    }
  },
  response: {
    200: perPhoto(Type.Object({
      success: Type.Literal(true),
      user_id: UserIdSchema,
      verified: Type.Boolean(),
      ...COMPARISON_FIELDS,
      box: BoxSchema
    })),
    ...errorResponses(...PHOTO_ERRORS, 'USER_NOT_FOUND')
  }
}

/** `POST /verify` */
const verify: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'kiosk', takesPhoto: true, photosMax: PHOTOS_MAX } as const
  fastify.post('/verify', { schema, config }, async (request, reply) => {
    const key = String(sentUserId(request))
    return await reply.answerPhotos(async (photo, context) => {
      const { userId, isSame, box, ...comparison } = await fastify.comparing.verify(key, photo, context)
      return {
        outcome: isSame ? 'verified' : 'refused',
        body: {
          success: true as const, user_id: userId, verified: isSame, ...comparison, box: boxInPixels(box)
        }
      }
    })
  })
}

export default verify
