import type { PeerCertificate } from 'node:tls'
import { ROLES, type Caller, type Role } from '../access/roles.ts'

/** Which roles the organisational units of `TLS_CLIENT_ROLES` have, such as `kiosk=kiosk,reception=enroller`. */
export type UnitRoles = ReadonlyMap<string, Role>

/** What `TLS_CLIENT_ROLES` may be. */
export const UNIT_ROLES_PATTERN = ((): string => {
  const pair = `[^=,]+=(${ROLES.join('|')})`
  return `^${pair}(,${pair})*$`
})()

/** Reads what matches {@link UNIT_ROLES_PATTERN}. */
export function parseUnitRoles (text: string): UnitRoles {
  return new Map(text.split(',').map((pair) => {
    const [unit = '', role] = pair.split('=')
    return [unit.trim(), role as Role]
  }))
}

/** Who shows a certificate that is trusted; undefined if its unit has no role, or it names nobody. */
export function certificateCaller ({ subject }: PeerCertificate, roles: UnitRoles): Caller | undefined {
  // Node gives what is there several times as an array.
  const [name, ...others] = [subject.CN].flat()
  const units = [subject.OU].flat()
  const [, role] = [...roles].find(([unit]) => units.includes(unit)) ?? []
  if (!name || others.length > 0 || role === undefined) return undefined
  return { id: name, name, role, via: 'certificate' }
}
