import assert from 'node:assert/strict'
import { hash } from 'node:crypto'

const KEY = /^[A-Za-z0-9_.@-]{1,64}$/
const FILE_NAME = /^u-((?:\+[a-z]|[a-z0-9_.@-])+)\.face$/

/** Names of all sub-folders that user files are spread over. */
export const USER_FOLDERS: readonly string[] =
  Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'))

function sha256 (text: string): string {
  return hash('sha256', text, 'hex')
}

/** Throws unless `key` is a user id as text; callers check what clients send, so anything else is a bug. */
export function assertUserKey (key: string): void {
  assert.match(key, KEY, 'user key')
}

/**
 * The user's file name: readable, different for each key even where case does not count (`A` becomes `+a`), never a
 * path, a hidden file or a device.
 */
export function userFileName (key: string): string {
  assertUserKey(key)
  return `u-${key.replace(/[A-Z]/g, (letter) => `+${letter.toLowerCase()}`)}.face`
}

/** The inverse of {@link userFileName}; null for every name that it does not make. */
export function userKeyOf (fileName: string): string | null {
  const escaped = FILE_NAME.exec(fileName)?.[1]
  if (escaped === undefined) return null
  const key = escaped.replace(/\+([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return KEY.test(key) ? key : null
}

/** The sub-folder of the user's file, one of {@link USER_FOLDERS}. */
export function userFolder (key: string): string {
  assertUserKey(key)
  return sha256(key).slice(0, 2)
}

/** A short name for the user's temporary files and claims; different for each key. */
export function userTag (key: string): string {
  assertUserKey(key)
  return sha256(key).slice(0, 32)
}
