import { reasonOf } from '../system-error.ts'
import type { OnStoreEvent } from './store-event.ts'

/** Fields that this version does not know, as a newer one wrote them: a change of the record keeps them. */
export type FurtherFields = Readonly<Record<string, unknown>>

/** One enrolled face: what the recognition network made of one photo. Personal data: never log it. */
export interface Encoding {
  /** 128 to 512 numbers, a multiple of 16, compared by Euclidean distance. */
  vector: Float32Array
  /** Overall quality of the photo, 0..1. */
  quality: number
  /** Moment of the registration, ISO 8601 in UTC. */
  registeredAt: string
  /** Id of the network that made the vector, with its arithmetic and alignment. */
  model: string
  /** Id of the kind where `model` does not tell all of it; src/networks/kinds.ts says which kinds may be compared. */
  kind?: string
  /** The face that the vector was made of, encrypted: record/chip.ts; at most {@link CHIP_BYTES_MAX}. */
  sealedChip?: Uint8Array
  /** Of the request that registered it: what tells a later try of the same one that it is done. */
  receipt?: string
  further?: FurtherFields
}

/** A face that was taken for the user's and is not. Personal data, maybe of somebody else: never log it. */
export interface Rejection {
  /** Another one for each of the user's. */
  id: string
  /** Moment of the rejection, ISO 8601 in UTC. */
  rejectedAt: string
  /** Of the face, by each network that made some of it: one at least. */
  encodings: ReadonlyArray<Pick<Encoding, 'vector' | 'model' | 'kind'>>
  further?: FurtherFields
}

/** A user id in the type in which the client sent it; 7 and "7" are the same user. */
export type UserId = number | string

/** Limits of what a record holds; see record/fields.ts. */
export const CHIP_BYTES_MAX = 24 * 1024
export const METADATA_BYTES_MAX = 4 * 1024
export const GROUPS_MAX = 100
export const REJECTIONS_MAX = 20
/** Of a display name, a group's name and a consent id. */
export const NAME_CHARACTERS_MAX = 200

/**
 * Everything kept about one user. A change starts from the present record (`{ ...present, encodings }`), so that fields
 * it does not know stay.
 */
export interface UserRecord {
  userId: UserId
  /** ISO 8601 in UTC. */
  updatedAt: string
  /** Oldest first. Never empty unless there are `unread` ones: a user without encodings has no record. */
  encodings: Encoding[]
  displayName?: string
  /** An object of JSON, at most {@link METADATA_BYTES_MAX} as text. */
  metadata?: Readonly<Record<string, unknown>>
  /** Names of groups, each once. */
  groups?: readonly string[]
  consentId?: string
  /** When the user may be named: from this moment, and until this one; ISO 8601 in UTC. */
  validFrom?: string
  validUntil?: string
  /** Of the user's pseudonym in the audit log, base64; see src/audit/person.ts. */
  auditSalt?: string
  /** Oldest first, at most {@link REJECTIONS_MAX}. */
  rejections?: readonly Rejection[]
  /** Encodings that this version does not understand, as a newer one wrote them. */
  unread?: readonly unknown[]
  further?: FurtherFields
}

/**
 * A user was stored or replaced (`record`, without the chips) or is gone (`null`). `key` is `String(userId)`.
 */
export interface StoreChange {
  key: string
  record: UserRecord | null
}

/**
 * Keeps the encodings. An acknowledged change survives `kill -9` and power loss, and reaches every listener
 * of every process that shares the store; this process's listeners have run when the promise resolves.
 */
export interface EncodingStore {
  /** Announces every stored user to the listeners, then follows the changes of other processes. */
  open (): Promise<void>
  /** The user's record, or null. Throws `STORE_UNAVAILABLE` when the storage cannot be read. */
  get (key: string): Promise<UserRecord | null>
  /**
   * Replaces the user's record by what `change` makes of the present one, under the user's lock, so that concurrent
   * updates of one user, in any process, apply one after the other. Returns what is stored now. `change` may be called
   * more than once; `null` from it deletes. If `change` throws, nothing is changed and the error is rethrown. Throws
   * `STORE_UNAVAILABLE` or `STORE_FULL` when the storage fails; then nothing was acknowledged.
   */
  update (key: string, change: (present: UserRecord | null) => UserRecord | null): Promise<UserRecord | null>
  /**
   * As `update`, for a change that must see concurrent ones: it is serialised across all processes that share the
   * folder or the database, and this process's listeners are notified of the changes before it before `change` is
   * called.
   */
  updateInTurn (key: string, change: (present: UserRecord | null) => UserRecord | null): Promise<UserRecord | null>
  /**
   * Erases everything kept about the user, damaged or not. Resolves to the id as it was registered, `key` if that
   * cannot be read, and null if there was nothing. Throws as `update`.
   */
  erase (key: string): Promise<UserId | null>
  /** Calls `listener` with every change, in order per user, until the store is closed. */
  onChange (listener: (change: StoreChange) => void): void
  /** Records that are not intact, set aside or left in place: their users count as not registered. Never rejects. */
  damaged (): Promise<number>
  /** Folders and records that are there and cannot be read now, for whatever reason; tried again until they can. */
  unreadable (): number
  /** Stops following, waits for updates under way. */
  close (): Promise<void>
}

/** Which key a record is encrypted with in the store; null for none. */
export interface Sealing {
  keyId: string | null
}

/** What is stored of a user; `unsupported` is intact, and not understood by this version. */
export type StoredUser =
  | { state: 'absent' }
  | { state: 'valid', record: UserRecord } & Sealing
  | { state: 'damaged', reason: string }
  | { state: 'unsupported', reason: string }

/** Nothing is stored of the user. */
export const ABSENT = { state: 'absent' } as const

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

/** Those who follow a store. */
export interface Listeners {
  add (listener: (change: StoreChange) => void): void
  /** Calls each with the change. */
  announce (change: StoreChange): void
  /** Calls nobody any more. */
  close (): void
}

/** Who follows every user must not have to hold their chips. */
function withoutChips (record: UserRecord): UserRecord {
  if (!record.encodings.some(({ sealedChip }) => sealedChip)) return record
  return { ...record, encodings: record.encodings.map(({ sealedChip: _, ...encoding }) => encoding) }
}

/** Has nobody at first. What a listener throws is reported as an event. */
export function createListeners (onEvent: OnStoreEvent): Listeners {
  const listeners: Array<(change: StoreChange) => void> = []

  return {
    add: (listener) => { listeners.push(listener) },
    announce ({ key, record }) {
      const change = { key, record: record && withoutChips(record) }
      for (const listener of listeners) {
        try {
          listener(change)
        } catch (err) {
          // The change is stored: the other listeners must get it, and for the caller it has not failed.
          onEvent({ type: 'listener-failed', reason: reasonOf(err) })
        }
      }
    },
    close: () => { listeners.length = 0 }
  }
}
