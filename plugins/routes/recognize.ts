import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { NotRecognized, Recognized } from '../../src/recognition/recognition.ts'
import { NAME_CHARACTERS_MAX } from '../../src/store/encoding-store.ts'
import { PHOTOS_MAX } from './common-fields.ts'
import {
  errorResponses, perPhoto, PHOTO_ERRORS, PhotoFileSchema, PhotoTextSchema, RAW_PHOTO_CONTENT, TimeSchema, UserIdSchema
} from './common-schemas.ts'

const RecognizedSchema = Type.Object({
  success: Type.Literal(true),
  message: Type.String(),
  user_id: UserIdSchema,
  confidence: Type.Number({ minimum: 0, maximum: 1, description: '1 - distance' }),
  distance: Type.Number({ minimum: 0, description: 'Euclidean distance of the encodings' }),
  recognized_at: TimeSchema
}, { description: 'Somebody enrolled' })

const UnknownSchema = Type.Object({
  success: Type.Literal(false),
  message: Type.String(),
  user_id: Type.Literal('unknown'),
  confidence: Type.Literal(0),
  code: Type.Optional(Type.Literal('AMBIGUOUS', { description: 'Nearly as close to a second user as to the first' }))
}, { description: 'A stranger, or nobody for sure' })

const schema = {
  tags: ['faces'],
  summary: 'Recognise a face',
  description: 'Names the face before the camera. A stranger is a normal outcome: 200 with success false. A key that ' +
    'is limited to groups searches these people only. A form may hold several photos, each of which is answered.',
  querystring: Type.Object({
    group: Type.Optional(Type.String({
      minLength: 1, maxLength: NAME_CHARACTERS_MAX, description: 'Searches only people in this group'
    }))
  }),
  body: {
    content: {
      'application/json': { schema: Type.Object({ photo: PhotoTextSchema }) },
      'multipart/form-data': { schema: Type.Object({ photo: PhotoFileSchema }) },
      ...RAW_PHOTO_CONTENT
    }
  },
  response: {
    200: perPhoto(RecognizedSchema, UnknownSchema),
    ...errorResponses(...PHOTO_ERRORS, 'GROUP_NOT_ALLOWED', 'GROUP_NOT_FOUND')
  }
}

/** `POST /recognize` */
const recognize: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'kiosk', isOpenWithoutKeys: true, takesPhoto: true, photosMax: PHOTOS_MAX } as const
  fastify.post('/recognize', { schema, config }, async (request, reply) => (
    await reply.answerPhotos(async (photo, context) => {
      const found = await fastify.recognition.recognize(photo, request.query, context)
      return { outcome: found.outcome, body: answerTo(found) }
    })
  ))

  function answerTo (found: Recognized | NotRecognized) {
    if (found.outcome !== 'recognized') {
      const unknown = {
        success: false as const,
        message: 'Face not recognized',
        user_id: 'unknown' as const,
        confidence: 0 as const
      }
      return found.outcome === 'ambiguous' ? { ...unknown, code: 'AMBIGUOUS' as const } : unknown
    }
    fastify.metrics.recognized(found.confidence)
    return {
      success: true as const,
      message: 'Face recognized successfully',
      user_id: found.userId,
      confidence: found.confidence,
      distance: found.distance,
      recognized_at: new Date().toISOString()
    }
  }
}

export default recognize
