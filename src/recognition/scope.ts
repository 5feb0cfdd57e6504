import { FaceError } from '../errors.ts'
import type { Gallery } from '../gallery/gallery.ts'

/** Whom a face is searched among: people in one of these groups, or everybody. */
export type Scope = readonly string[] | null

/**
 * Whom a request searches: the group that it names, or else those that its key allows. Throws `GROUP_NOT_ALLOWED`, and
 * `GROUP_NOT_FOUND` for a group that nobody is in and no key allows.
 */
export function scopeOf (
  gallery: Pick<Gallery, 'hasGroup'>, group: string | undefined, allowed: readonly string[] | undefined
): Scope {
  if (group === undefined) return allowed ?? null
  if (allowed && !allowed.includes(group)) throw new FaceError('GROUP_NOT_ALLOWED')
  if (!allowed && !gallery.hasGroup(group)) throw new FaceError('GROUP_NOT_FOUND')
  return [group]
}
