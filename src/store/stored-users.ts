import type { UserRecord } from './encoding-store.ts'
import type { Sealing } from './record-codec.ts'

/** What is stored of a user. */
export type StoredUser =
  | { state: 'absent' }
  | { state: 'valid', record: UserRecord } & Sealing
  | { state: 'damaged', reason: string }

/** What lies in a store, for those who look after it: read past the store's memory, and changing nothing. */
export interface StoredUsers {
  keys (): AsyncIterable<string>
  /** For messages. */
  nameOf (key: string): string
  /** Throws `UnknownKeyError`, and what the file system or the database throws. */
  read (key: string): Promise<StoredUser>
  /** Damaged files that were set aside. */
  quarantined (): Promise<number>
  close (): Promise<void>
}
