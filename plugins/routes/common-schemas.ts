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

/** What can go wrong with any photo. */
export const PHOTO_ERRORS = [
  'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'UNSUPPORTED_IMAGE', 'IMAGE_UNREADABLE', 'IMAGE_TOO_LARGE',
  'IMAGE_TOO_SMALL', 'NO_FACE', 'OVERLOADED', 'INFERENCE_FAILED', 'INFERENCE_TIMEOUT'
] as const satisfies ErrorCode[]
