import { createHmac, randomBytes } from 'node:crypto'
import type { EncodingStore } from '../store/encoding-store.ts'

const SALT_BYTES = 16
const PSEUDONYM_CHARACTERS = 32

/** For the record of a user who has none. */
export const newSalt = (): string => randomBytes(SALT_BYTES).toString('base64')

/**
 * What the log calls a user: without the salt, which is kept in the user's record and erased with it, nobody can tell
 * whose it is.
 */
export function pseudonymOf (key: string, salt: string): string {
  return createHmac('sha256', Buffer.from(salt, 'base64')).update(key).digest('hex').slice(0, PSEUDONYM_CHARACTERS)
}

/** A user as the log knows them. */
export interface Person {
  pseudonym: string
  /** For the user's record. */
  salt: string
  /** The record has no salt yet: it gets this one if the user is enrolled. */
  isNew: boolean
}

/** Looks the user's salt up, or makes one. Throws as {@link EncodingStore.get}. */
export async function findPerson (store: Pick<EncodingStore, 'get'>, key: string): Promise<Person> {
  const kept = (await store.get(key))?.auditSalt
  const salt = kept ?? newSalt()
  return { pseudonym: pseudonymOf(key, salt), salt, isNew: kept === undefined }
}
