import assert from 'node:assert/strict'
import type { UserId } from './encoding-store.ts'

const CHARACTERS = '[A-Za-z0-9_.@-]{1,64}'

/**
 * What a user id may look like as text; "unknown" is what strangers are called, and browsers and proxies
 * take "." and ".." out of addresses. The store sees to it that none leaves the data folder.
 */
export const USER_ID_PATTERN = String.raw`^(?!(unknown|\.\.?)$)${CHARACTERS}$`

const ID = new RegExp(USER_ID_PATTERN)
const KEY = new RegExp(`^${CHARACTERS}$`)

/** Whether the text can be a user id. */
export const isUserId = (text: string): boolean => ID.test(text)

/**
 * A user id that came as text, as in an address or a form field, where numbers have no type of their own:
 * "123" becomes the number that a JSON client would have sent, "007" and "anna" stay text.
 */
export function userIdFromText (text: string): UserId {
  const number = Number(text)
  return Number.isSafeInteger(number) && String(number) === text ? number : text
}

/**
 * Whether the text can be a stored user's key: even an id that is refused today, as an earlier server may have kept it.
 */
export const isUserKey = (text: string): boolean => KEY.test(text)

/** Throws unless `key` is a user id as text; callers check what clients send, so anything else is a bug. */
export function assertUserKey (key: string): void {
  assert.match(key, KEY, 'user key')
}
