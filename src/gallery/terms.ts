import type { UserRecord } from '../store/encoding-store.ts'

/** On which terms a user is named: in which groups, and when. */
export interface Terms {
  groups: readonly string[]
  /** Milliseconds since 1970; the user is named from this moment on, and up to this one. */
  validFrom: number
  validUntil: number
}

/** The terms of a user's record; null for somebody in no group who is always named. */
export function termsOf ({ groups = [], validFrom, validUntil }: UserRecord): Terms | null {
  if (groups.length === 0 && validFrom === undefined && validUntil === undefined) return null
  return {
    groups,
    validFrom: validFrom === undefined ? -Infinity : Date.parse(validFrom),
    validUntil: validUntil === undefined ? Infinity : Date.parse(validUntil)
  }
}

/** Whether a user on these terms is named at this moment. */
export const isActive = (terms: Terms | null, now: number): boolean =>
  terms === null || (terms.validFrom <= now && now <= terms.validUntil)

/** The first moment after `now` at which {@link isActive} gives another answer, or may do; Infinity for never. */
export function nextChange ({ validFrom, validUntil }: Terms, now: number): number {
  return Math.min(...[validFrom, validUntil + 1].filter((moment) => moment > now), Infinity)
}
