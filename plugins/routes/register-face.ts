import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyContextConfig, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { FaceError } from '../../src/errors.ts'
import { userIdFromText } from '../../src/store/user-key.ts'
import {
  errorResponses, PHOTO_ERRORS, PhotoFileSchema, PhotoTextSchema, RAW_PHOTO_CONTENT, TimeSchema, UserIdSchema,
  UserIdTextSchema
} from './common-schemas.ts'

const REPLACE = { description: 'Drops the encodings that the user has, which the face then need not resemble' }
const ReplaceTextSchema = Type.Optional(Type.Enum(['true', 'false'], REPLACE))

const JsonBodySchema = Type.Object({
  user_id: UserIdSchema,
  photo: PhotoTextSchema,
  replace: Type.Optional(Type.Boolean(REPLACE))
})
const FormBodySchema = Type.Object({ user_id: UserIdTextSchema, photo: PhotoFileSchema, replace: ReplaceTextSchema })

interface Fields { user_id?: number | string, replace?: boolean | string }

/** A raw photo has them in the address alone. */
function fieldsOf ({ query, body }: Pick<FastifyRequest, 'query' | 'body'>): Fields {
  return { ...query as Fields, ...body as Fields | undefined }
}

const isReplacing = ({ replace }: Fields): boolean => String(replace) === 'true'

/** Each measure 0..1, higher is better. */
const QualityMeasuresSchema = Type.Record(Type.String(), Type.Number({ minimum: 0, maximum: 1 }))

const schema = {
  tags: ['faces'],
  summary: 'Register a face',
  description: 'Enrols the only face in the photo. Beyond MAX_FACES_PER_USER encodings the oldest is replaced. ' +
    'A raw image body takes the other fields from the address.',
  querystring: Type.Object({ user_id: Type.Optional(UserIdTextSchema), replace: ReplaceTextSchema }),
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
      quality: Type.Number({ minimum: 0, maximum: 1, description: 'The lowest of the measures' }),
      quality_measures: QualityMeasuresSchema
    }),
    ...errorResponses(
      ...PHOTO_ERRORS, 'MULTIPLE_FACES', 'LOW_QUALITY', 'FACE_ALREADY_REGISTERED', 'FACE_MISMATCH', 'STORE_UNAVAILABLE',
      'STORE_FULL'
    )
  }
}

/** `POST /register-face` */
const registerFace: FastifyPluginAsyncTypebox = async (fastify) => {
  const config: FastifyContextConfig = {
    role: 'enroller',
    isOpenWithoutKeys: true,
    takesPhoto: true,
    audit: 'enrol',
    auditDetails: (request) => ({ replace: isReplacing(fieldsOf(request)) }),
    // While the photo is examined the intent becomes durable.
    awaitsIntent: true
  }
  fastify.post('/register-face', { schema, config }, async (request) => {
    const fields = fieldsOf(request)
    const { user_id: sent } = fields
    if (sent === undefined) {
      throw new FaceError('INVALID_REQUEST', { message: 'user_id: missing, send /register-face?user_id=…' })
    }
    const userId = request.mediaType === 'application/json' ? sent : userIdFromText(String(sent))
    const { registeredAt, encodingCount, quality } = await fastify.recognition.register(
      userId, request.takePhoto(), { replace: isReplacing(fields) }, request.context
    )
    request.auditResult = { encodings: encodingCount }
    fastify.metrics.registered(quality.overall)
    return {
      success: true as const,
      message: 'Face registered successfully',
      user_id: userId,
      registered_at: registeredAt,
      encoding_count: encodingCount,
      quality: quality.overall,
      quality_measures: quality.measures
    }
  })
}

export default registerFace
