import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import type { DocumentContent } from '../store/documents/document-store.ts'
import { GROUPS_MAX, NAME_CHARACTERS_MAX } from '../store/encoding-store.ts'
import { isAddressRange } from './addresses.ts'
import { ROLES } from './roles.ts'

export const ADDRESSES_MAX = 100

const TimeSchema = Type.String({ pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$` })
const HashSchema = Type.String({ pattern: '^[0-9a-f]{64}$' })

/** What is kept of a key: its secret's SHA-256 and not the secret. */
const StoredKeySchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: NAME_CHARACTERS_MAX }),
  role: Type.Enum([...ROLES]),
  sha256: HashSchema,
  createdAt: TimeSchema,
  expiresAt: Type.Optional(TimeSchema),
  lastUsedAt: Type.Optional(TimeSchema),
  revokedAt: Type.Optional(TimeSchema),
  groups: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: NAME_CHARACTERS_MAX }), {
    minItems: 1, maxItems: GROUPS_MAX
  })),
  addresses: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: ADDRESSES_MAX })),
  /** The secret before the last rotation. */
  previous: Type.Optional(Type.Object({ sha256: HashSchema, validUntil: TimeSchema }))
})

export type StoredKey = Static<typeof StoredKeySchema>

/** The key of a document; null if it is not understood, and must not be used. */
export function readStoredKey (content: DocumentContent): StoredKey | null {
  if (!Value.Check(StoredKeySchema, content)) return null
  return content.addresses?.every(isAddressRange) === false ? null : content
}
