import type { FastifyReply } from 'fastify'
import { Type, type Static, type TSchema } from 'typebox'
import { GROUPS_MAX, NAME_CHARACTERS_MAX } from '../../../src/store/encoding-store.ts'
import type { UsedEncoding, User } from '../../../src/users/users.ts'
import { TimeSchema, UserIdSchema, UserIdTextSchema } from '../common-schemas.ts'

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

const NameSchema = Type.String({ minLength: 1, maxLength: NAME_CHARACTERS_MAX })

export const GroupSchema = Type.String({ minLength: 1, maxLength: NAME_CHARACTERS_MAX })

/** What can be set of a user. */
export const PROFILE_FIELDS = {
  display_name: orNull(Type.String({ minLength: 1, maxLength: NAME_CHARACTERS_MAX, examples: ['Anna Lindqvist'] })),
  groups: Type.Array(GroupSchema, { maxItems: GROUPS_MAX, uniqueItems: true }),
  valid_from: orNull(Type.String({ format: 'date-time', description: 'Not named before' })),
  valid_until: orNull(Type.String({ format: 'date-time', description: 'Not named from then on' })),
  consent_id: orNull(NameSchema),
  metadata: Type.Record(Type.String(), Type.Unknown(), { description: 'An object of up to 4 kB as JSON' })
}

export const UserSchema = Type.Object({
  success: Type.Literal(true),
  user_id: UserIdSchema,
  ...PROFILE_FIELDS,
  updated_at: TimeSchema,
  encoding_count: Type.Integer({ minimum: 0 })
})

export const EncodingIdSchema = Type.String({ pattern: '^[0-9a-f]{16}$', examples: ['8f14e45fceea167a'] })

export const EncodingParamsSchema = Type.Object({ user_id: UserIdTextSchema, id: EncodingIdSchema })

export const ENCODING_FIELDS = {
  id: EncodingIdSchema,
  registered_at: TimeSchema,
  quality: Type.Number({ minimum: 0, maximum: 1, description: '0 where it is not known' }),
  kind: Type.String({ description: 'Network, arithmetic and alignment that made it' }),
  matches: Type.Integer({ minimum: 0, description: 'Recognitions in which it was the nearest of the user\'s' })
}

/** The user as an answer, which says in its `ETag` what `If-Match` of a change is compared with. */
export function userAnswer (reply: FastifyReply, user: User): Static<typeof UserSchema> {
  reply.header('etag', `"${user.tag}"`)
  return {
    success: true,
    user_id: user.userId,
    display_name: user.displayName ?? null,
    groups: [...user.groups ?? []],
    valid_from: user.validFrom ?? null,
    valid_until: user.validUntil ?? null,
    consent_id: user.consentId ?? null,
    metadata: { ...user.metadata },
    updated_at: user.updatedAt,
    encoding_count: user.encodings.length
  }
}

/** An encoding as a part of an answer. */
export function encodingAnswer ({ id, registeredAt, quality, kind, matches }: UsedEncoding): {
  id: string, registered_at: string, quality: number, kind: string, matches: number
} {
  return { id, registered_at: registeredAt, quality, kind, matches }
}
