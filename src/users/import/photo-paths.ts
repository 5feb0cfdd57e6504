import { posix } from 'node:path'

/** Whose photo `USER_ID/ANY.jpg` or `USER_ID.jpg` is; null for a path that is neither. */
export function userOfPhoto (path: string): string | null {
  const parts = path.split('/')
  if (parts.length > 2 || parts.some((part) => part === '' || part.startsWith('.'))) return null
  return parts.length === 2 ? parts[0]! : posix.parse(path).name
}
