/** What a key is for. */
export const ROLES = ['kiosk', 'enroller', 'admin', 'monitor'] as const
export type Role = typeof ROLES[number]

/** The least role that may do something: `somebody` is any of them, `anybody` may do it without a key, too. */
export type RequiredRole = Role | 'somebody' | 'anybody'

/** The roles that each one includes: what they may do, it may. */
const INCLUDED: Readonly<Record<Role, readonly Role[]>> = {
  kiosk: ['kiosk'],
  enroller: ['kiosk', 'enroller'],
  monitor: ['monitor'],
  admin: ROLES
}

/** Whether a role may do what needs `required`. */
export function includesRole (role: Role, required: RequiredRole): boolean {
  return required === 'anybody' || required === 'somebody' || INCLUDED[role].includes(required)
}

/** Id of the caller who shows `ADMIN_KEY`. */
export const ADMIN_KEY_ID = 'admin-key'

/** Who sent a request, found by what it shows. */
export interface Caller {
  /** Of the key, the session, the subject of the token or of the certificate. */
  readonly id: string
  /** For people: it may be logged. */
  readonly name: string
  readonly role: Role
  /** What the caller does is limited to users of these groups; without it, to none. */
  readonly groups?: readonly string[]
  readonly via: 'key' | 'admin-key' | 'session' | 'token' | 'certificate'
}
