import type { UserId } from '../store/encoding-store.ts'

/**
 * What a user id may look like as text; "unknown" is what strangers are called, and browsers and proxies
 * take "." and ".." out of addresses. The store sees to it that none leaves the data folder.
 */
export const USER_ID_PATTERN = String.raw`^(?!(unknown|\.\.?)$)[A-Za-z0-9_.@-]{1,64}$`

const PATTERN = new RegExp(USER_ID_PATTERN)

/** Whether the text can be a user id. */
export const isUserId = (text: string): boolean => PATTERN.test(text)

/**
 * A user id that came as text, as in an address or a form field, where numbers have no type of their own:
 * "123" becomes the number that a JSON client would have sent, "007" and "anna" stay text.
 */
export function userIdFromText (text: string): UserId {
  const number = Number(text)
  return Number.isSafeInteger(number) && String(number) === text ? number : text
}
