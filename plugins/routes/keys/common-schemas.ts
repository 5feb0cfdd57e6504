import { Type, type Static } from 'typebox'
import type { KeyInfo } from '../../../src/access/keys.ts'
import { ROLES } from '../../../src/access/roles.ts'
import { ADDRESSES_MAX } from '../../../src/access/stored-key.ts'
import { GROUPS_MAX, NAME_CHARACTERS_MAX } from '../../../src/store/encoding-store.ts'
import { TimeSchema } from '../common-schemas.ts'

export const KeyParamsSchema = Type.Object({
  id: Type.String({
    pattern: '^[0-9a-f]{12}$',
    description: 'The part of the key between frs_ and the next _',
    examples: ['9b2f41c07ad3']
  })
})

/** What whoever makes a key decides. */
export const WISHES = {
  name: Type.String({ minLength: 1, maxLength: NAME_CHARACTERS_MAX, description: 'For people; it may be logged' }),
  role: Type.Enum([...ROLES]),
  expires_at: Type.Optional(TimeSchema),
  groups: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: NAME_CHARACTERS_MAX }), {
    minItems: 1,
    maxItems: GROUPS_MAX,
    uniqueItems: true,
    description: 'Of kiosks: they search these groups alone'
  })),
  addresses: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), {
    minItems: 1, maxItems: ADDRESSES_MAX, description: 'Addresses and subnets, such as 192.168.7.0/24, it is valid from'
  }))
}

/** What is told of a key; never the key. */
export const KEY_FIELDS = {
  id: Type.String(),
  ...WISHES,
  created_at: TimeSchema,
  last_used_at: Type.Optional(TimeSchema),
  revoked_at: Type.Optional(TimeSchema),
  old_valid_until: Type.Optional(TimeSchema)
}

export const NewKeySchema = Type.Object({
  success: Type.Literal(true),
  key: Type.String({ description: 'The key itself: shown now and never again' }),
  ...KEY_FIELDS
})

export const KeySchema = Type.Object(KEY_FIELDS)

/** A key's info in the names of the API. */
export function keyAnswer ({
  id, name, role, groups, addresses, createdAt, expiresAt, lastUsedAt, revokedAt, oldValidUntil
}: KeyInfo): Static<typeof KeySchema> {
  return {
    id,
    name,
    role,
    created_at: createdAt,
    ...expiresAt !== undefined && { expires_at: expiresAt },
    ...lastUsedAt !== undefined && { last_used_at: lastUsedAt },
    ...revokedAt !== undefined && { revoked_at: revokedAt },
    ...oldValidUntil !== undefined && { old_valid_until: oldValidUntil },
    ...groups && { groups },
    ...addresses && { addresses }
  }
}
