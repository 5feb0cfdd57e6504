import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { FaceError } from '../../src/errors.ts'
import { userIdFromText } from '../../src/recognition/user-id.ts'
import {
  errorResponses, PHOTO_ERRORS, PhotoFileSchema, PhotoTextSchema, RAW_PHOTO_CONTENT, TimeSchema, UserIdSchema, UserIdTextSchema
} from './common-schemas.ts'

const JsonBodySchema = Type.Object({ user_id: UserIdSchema, photo: PhotoTextSchema })
const FormBodySchema = Type.Object({ user_id: UserIdTextSchema, photo: PhotoFileSchema })

const schema = {
  tags: ['faces'],
  summary: 'Register a face',
  description: 'Enrols the only face in the photo. Beyond MAX_FACES_PER_USER encodings the oldest is replaced. ' +
    'A raw image body takes the user id from the address.',
  querystring: Type.Object({ user_id: Type.Optional(UserIdTextSchema) }),
  body: {
    content: {
      'application/json': { schema: JsonBodySchema },
      'multipart/form-data': { schema: FormBodySchema },
      ...RAW_PHOTO_CONTENT
    }
  },
  response: {
    200: Type.Object({
      success: Type.Literal(true),
      message: Type.String(),
      user_id: UserIdSchema,
      registered_at: TimeSchema,
      encoding_count: Type.Integer({ minimum: 1 }),
      quality: Type.Number({ minimum: 0, maximum: 1 })
    }),
    ...errorResponses(...PHOTO_ERRORS, 'MULTIPLE_FACES', 'LOW_QUALITY', 'STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

/** `POST /register-face` */
const registerFace: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.post('/register-face', { schema }, async (request) => {
    const sent = Buffer.isBuffer(request.body) ? request.query.user_id : (request.body as { user_id?: number | string }).user_id
    if (sent === undefined) throw new FaceError('INVALID_REQUEST', { message: 'user_id: missing, send /register-face?user_id=…' })
    const isTyped = request.headers['content-type']?.startsWith('application/json')
    const userId = isTyped ? sent : userIdFromText(String(sent))
    const { registeredAt, encodingCount, quality } = await fastify.recognition.register(userId, request.photoBytes())
    return {
      success: true as const,
      message: 'Face registered successfully',
      user_id: userId,
      registered_at: registeredAt,
      encoding_count: encodingCount,
      quality
    }
  })
}

export default registerFace
