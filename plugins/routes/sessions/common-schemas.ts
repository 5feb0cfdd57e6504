import { Type, type Static } from 'typebox'
import type { Caller } from '../../../src/access/roles.ts'
import { ROLES } from '../../../src/access/roles.ts'
import type { Session } from '../../../src/access/sessions.ts'
import { TimeSchema } from '../common-schemas.ts'

/** Who calls, by name. */
export const CALLER_FIELDS = {
  name: Type.String({ description: 'Of the key' }),
  role: Type.Enum([...ROLES]),
  groups: Type.Optional(Type.Array(Type.String(), { description: 'The caller sees users of these groups alone' }))
}

export const SessionSchema = Type.Object({
  id: Type.String(),
  ...CALLER_FIELDS,
  key: Type.String({ description: 'Id of the key that was traded for it' }),
  address: Type.String({ description: 'Whence it was opened' }),
  created_at: TimeSchema,
  last_used_at: TimeSchema,
  expires_at: TimeSchema
})

/** The caller in the names of the API. */
export const callerAnswer = ({ name, role, groups }: Caller) => ({ name, role, ...groups && { groups: [...groups] } })

/** A session in the names of the API. */
export function sessionAnswer (
  { id, caller, address, createdAt, seenAt, expiresAt }: Session
): Static<typeof SessionSchema> {
  return {
    id,
    ...callerAnswer(caller),
    key: caller.id,
    address,
    created_at: createdAt,
    last_used_at: seenAt,
    expires_at: expiresAt
  }
}
