import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyContextConfig, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { NAME_CHARACTERS_MAX } from '../../src/store/encoding-store.ts'
import { sentUserId } from './common-fields.ts'
import {
  errorResponses, PHOTO_ERRORS, PhotoFileSchema, PhotoTextSchema, QualityMeasuresSchema, RAW_PHOTO_CONTENT, TimeSchema,
  UserIdSchema, UserIdTextSchema
} from './common-schemas.ts'

const REPLACE = { description: 'Drops the encodings that the user has, which the face then need not resemble' }
const ReplaceTextSchema = Type.Optional(Type.Enum(['true', 'false'], REPLACE))

const ConsentSchema = Type.Optional(Type.String({
  minLength: 1,
  maxLength: NAME_CHARACTERS_MAX,
  description: 'Names the consent that the person has given; kept with the encodings and erased with them'
}))

const JsonBodySchema = Type.Object({
  user_id: UserIdSchema,
  photo: PhotoTextSchema,
  replace: Type.Optional(Type.Boolean(REPLACE)),
  consent_id: ConsentSchema
})
const FormBodySchema = Type.Object({
  user_id: UserIdTextSchema, photo: PhotoFileSchema, replace: ReplaceTextSchema, consent_id: ConsentSchema
})

interface Fields { replace?: boolean | string, consent_id?: string }

type Sent = Pick<FastifyRequest, 'query' | 'body'>

/** A raw photo has them in the address alone. */
const fieldsOf = ({ query, body }: Sent): Fields => ({ ...query as Fields, ...body as Fields | undefined })
const isReplacing = (sent: Sent): boolean => String(fieldsOf(sent).replace) === 'true'

const schema = {
  operationId: 'registerFace',
  tags: ['faces'],
  summary: 'Register a face',
  description: 'Enrols the only face in the photo. Beyond MAX_FACES_PER_USER encodings the oldest is replaced. ' +
    'A raw image body takes the other fields from the address.',
  querystring: Type.Object({
    user_id: Type.Optional(UserIdTextSchema), replace: ReplaceTextSchema, consent_id: ConsentSchema
  }),
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
    auditDetails: (request) => ({ replace: isReplacing(request) }),
    // While the photo is examined the intent becomes durable.
    awaitsIntent: true
  }
  fastify.post('/register-face', { schema, config }, async (request) => {
    const userId = sentUserId(request)
    const { consent_id: consentId } = fieldsOf(request)
    const { registeredAt, encodingCount, quality } = await fastify.recognition.register(
      userId, request.takePhoto(),
      { replace: isReplacing(request), profile: consentId === undefined ? {} : { consentId } },
      request.context
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
