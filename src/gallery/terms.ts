import type { Rejection, UserRecord } from '../store/encoding-store.ts'

/** On which terms a user is named: in which groups, when, and which faces are not the user's. */
export interface Terms {
  groups: readonly string[]
  /** Milliseconds since 1970: the user is named from this moment on, and no longer from this one. */
  validFrom: number
  validUntil: number
  rejections: readonly Rejection[]
}

/** The terms of a user's record; null for somebody in no group who is always named. */
export function termsOf ({ groups = [], validFrom, validUntil, rejections = [] }: UserRecord): Terms | null {
  if (groups.length + rejections.length === 0 && validFrom === undefined && validUntil === undefined) return null
  return {
    groups,
    validFrom: validFrom === undefined ? -Infinity : Date.parse(validFrom),
    validUntil: validUntil === undefined ? Infinity : Date.parse(validUntil),
    rejections
  }
}

/** Whether a user on these terms is named at this moment. */
export const isActive = (terms: Terms | null, now: number): boolean =>
  terms === null || (terms.validFrom <= now && now < terms.validUntil)

/** The first moment after `now` at which {@link isActive} may change; Infinity for none. */
export function nextChange ({ validFrom, validUntil }: Terms, now: number): number {
  return Math.min(...[validFrom, validUntil].filter((moment) => moment > now), Infinity)
}
