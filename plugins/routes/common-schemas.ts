import { Type, type TSchema } from 'typebox'
import { ERRORS, type ErrorCode } from '../../src/errors.ts'
import { USER_ID_PATTERN } from '../../src/store/user-key.ts'

/** A user id as JSON: echoed in the type it came in. */
export const UserIdSchema = Type.Union([
  Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
  Type.String({ pattern: USER_ID_PATTERN })
], { description: `Whole number, or text matching ${USER_ID_PATTERN}`, examples: [123] })

/** A user id in an address or a form, where everything is text. */
export const UserIdTextSchema = Type.String({ pattern: USER_ID_PATTERN, description: 'The user id', examples: ['123'] })

export const UserIdParamsSchema = Type.Object({ user_id: UserIdTextSchema })

export const TimeSchema = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' })

export const PhotoTextSchema = Type.String({
  minLength: 1,
  description: 'JPEG, PNG, WebP, AVIF or GIF as a base64 data URI or bare base64',
  examples: ['data:image/jpeg;base64,/9j/4AAQSkZJRg…']
})

/** A photo in a form: a file, or text like in JSON. Its type is left open, because a file has none in JSON Schema. */
export const PhotoFileSchema = Type.Unsafe<unknown>({ description: 'The photo as a file', contentMediaType: 'image/*' })

/** Raw photo bodies, for the document only: their bytes are checked by decoding them. */
export const RAW_PHOTO_CONTENT: Record<string, { schema: TSchema }> = Object.fromEntries(
  ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif'].map((contentMediaType) => (
    [contentMediaType, { schema: Type.Unsafe({ contentMediaType }) }]
  ))
)

/** Where a face is, in whole pixels of the upright photo; it may reach over the edges. */
export const BoxSchema = Type.Object({
  left: Type.Integer(), top: Type.Integer(), width: Type.Integer({ minimum: 0 }), height: Type.Integer({ minimum: 0 })
}, { description: 'In pixels of the upright photo; it may reach over the edges' })

export const DistanceSchema = Type.Number({
  minimum: 0, description: 'On the scale that all networks share: 0.4 very strict, 0.6 balanced, 0.8 permissive'
})
export const ConfidenceSchema = Type.Number({ minimum: 0, maximum: 1, description: '1 - distance, never below 0' })

/** Each measure 0..1, higher is better. */
export const QualityMeasuresSchema = Type.Record(Type.String(), Type.Number({ minimum: 0, maximum: 1 }))

/** Of a photo all of whose faces are wanted. */
export const FACE_LIMIT = { byDefault: 10, max: 32 } as const
export const FacesMaxSchema = Type.Optional(Type.Integer({
  minimum: 1,
  maximum: FACE_LIMIT.max,
  description: `At most so many faces, the largest; ${FACE_LIMIT.byDefault} unless told`
}))

/** What comparing one face with one has in its answers. */
export const COMPARISON_FIELDS = {
  distance: DistanceSchema,
  confidence: ConfidenceSchema,
  tolerance: Type.Number({
    minimum: 0, description: 'RECOGNITION_TOLERANCE: one comparison does not follow the number of people enrolled'
  })
}

/** The answer to one photo, or those to all photos of a form. */
export const perPhoto = <Single extends TSchema[]>(...single: [...Single]) => Type.Union([...single, Type.Object({
  success: Type.Literal(true),
  results: Type.Array(Type.Union([...single, Type.Object({
    success: Type.Literal(false),
    message: Type.String(),
    code: Type.String({ description: 'Of the same codes as other errors' })
  }, { description: 'A photo that failed' })]), { description: 'In the order of the photos' })
}, { description: 'Several photos in one form' })])

/** What answers of some codes have beside the error shape. */
const FURTHER_FIELDS: Partial<Record<ErrorCode, Record<string, TSchema>>> = {
  FACE_ALREADY_REGISTERED: {
    user_id: Type.Optional(Type.Union(UserIdSchema.anyOf, {
      description: 'Whose face it is; only administrators are told'
    }))
  }
}

/** One response entry for each status that the codes have, each in the error shape. */
export function errorResponses (...codes: ErrorCode[]): Record<number, TSchema> {
  const common: ErrorCode[] = [
    'INVALID_REQUEST', 'UNAUTHORIZED', 'FORBIDDEN', 'RATE_LIMITED', 'INTERNAL_ERROR', 'SHUTTING_DOWN'
  ]
  const all = [...codes, ...common]
  const statuses = [...new Set(all.map((code) => ERRORS[code][0]))]
  return Object.fromEntries(statuses.map((status) => {
    const same = all.filter((code) => ERRORS[code][0] === status)
    const description = same.map((code) => `${code}: ${ERRORS[code][1]}`).join('. ')
    return [status, Type.Object({
      success: Type.Literal(false),
      message: Type.String({ description: 'Tells the operator what to do' }),
      code: Type.Enum(same),
      ...Object.assign({}, ...same.map((code) => FURTHER_FIELDS[code]))
    }, { description, additionalProperties: true })]
  }))
}

/** What the deletion of a user answers. */
export const DELETION_RESPONSES = {
  200: Type.Object({ success: Type.Literal(true), message: Type.String(), user_id: UserIdSchema }),
  ...errorResponses('USER_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_FULL')
}

/** What can go wrong with any photo. */
export const PHOTO_ERRORS = [
  'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'UNSUPPORTED_IMAGE', 'IMAGE_UNREADABLE', 'IMAGE_TOO_LARGE',
  'IMAGE_TOO_SMALL', 'NO_FACE', 'OVERLOADED', 'INFERENCE_FAILED', 'INFERENCE_TIMEOUT'
] as const satisfies ErrorCode[]
