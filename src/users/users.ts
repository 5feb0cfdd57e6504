import { FaceError } from '../errors.ts'
import { vectorIdOf } from '../gallery/encoding-id.ts'
import { kindOf } from '../networks/kinds.ts'
import { timePart, type RequestContext } from '../request-context.ts'
import type { Encoding, EncodingStore, UserId, UserRecord } from '../store/encoding-store.ts'
import { encodeRecord } from '../store/record/codec.ts'
import type { Sightings } from '../recognition/sightings.ts'
import { profileIn, profileOf, withProfile, type UserProfile } from './profile.ts'

/** An encoding without its numbers. */
export interface EncodingSummary {
  /** Follows from the numbers: an encoding of the same photo by the same network has the same one. */
  id: string
  registeredAt: string
  quality: number
  kind: string
}

/** An encoding, and in how many recognitions it was the nearest one of its user's. */
export interface UsedEncoding extends EncodingSummary {
  matches: number
}

/** A user as stored, but for the encodings' numbers. */
export interface User extends UserProfile {
  userId: UserId
  updatedAt: string
  /** Oldest first. */
  encodings: EncodingSummary[]
  /** Differs after every change of the record. */
  tag: string
}

/** What a change was made from: the tags one of which the record must have, `*` for any. */
export type ExpectedTags = readonly string[]

/** What is kept of users, and changed, without a photo. Each throws `USER_NOT_FOUND`, and what the store throws. */
export interface Users {
  get (key: string, context?: RequestContext): Promise<User>
  /** Throws `USER_CHANGED` unless the record is as expected. */
  replaceProfile (
    key: string, profile: UserProfile, expected?: ExpectedTags, context?: RequestContext
  ): Promise<User>
  /** Changes what the profile names, within `audited`; false if there is nothing to change. */
  addToProfile (
    key: string, profile: UserProfile,
    audited: (work: (context: RequestContext) => Promise<unknown>) => Promise<unknown>
  ): Promise<boolean>
  /** The user's encodings, oldest first. */
  encodings (key: string, context?: RequestContext): Promise<{ userId: UserId, encodings: UsedEncoding[] }>
  /** Throws `ENCODING_NOT_FOUND`, and `LAST_ENCODING` for the only one. */
  removeEncoding (key: string, id: string, context?: RequestContext): Promise<User>
}

/** Enough of a checksum to tell two states of a record apart. */
const TAG_CHARACTERS = 16

function summaryOf (encoding: Encoding): EncodingSummary {
  const { registeredAt, quality } = encoding
  return { id: vectorIdOf(encoding.vector), registeredAt, quality, kind: kindOf(encoding) }
}

const tagOf = (key: string, record: UserRecord): string => encodeRecord(key, record).sum.slice(0, TAG_CHARACTERS)

function userOf (key: string, record: UserRecord): User {
  const { userId, updatedAt, encodings } = record
  return { userId, updatedAt, ...profileIn(record), encodings: encodings.map(summaryOf), tag: tagOf(key, record) }
}

/** Whether both profiles say the same. */
function hasProfile (key: string, record: UserRecord, profile: UserProfile): boolean {
  return tagOf(key, record) === tagOf(key, withProfile(record, profile))
}

/** Puts the use cases together. */
export function createUsers (
  store: Pick<EncodingStore, 'get' | 'update'>, sightings: Pick<Sightings, 'matches' | 'restart'>
): Users {
  async function read (key: string, context: RequestContext): Promise<UserRecord> {
    const record = await timePart(context, 'store get', () => store.get(key))
    if (!record) throw new FaceError('USER_NOT_FOUND')
    return record
  }

  async function change (
    key: string, make: (present: UserRecord) => UserRecord, context: RequestContext
  ): Promise<User> {
    const salt = (await context.intended)?.salt
    const record = await timePart(context, 'store update', () => store.update(key, (present) => {
      if (!present) throw new FaceError('USER_NOT_FOUND')
      const changed = { ...make(present), updatedAt: new Date().toISOString() }
      return salt === undefined ? changed : { ...changed, auditSalt: present.auditSalt ?? salt }
    }))
    return userOf(key, record!) // The change deletes nobody.
  }

  return {
    async get (key, context = {}) {
      return userOf(key, await read(key, context))
    },
    replaceProfile: (key, profile, expected = ['*'], context = {}) => change(key, (present) => {
      const isExpected = expected.includes('*') || expected.includes(tagOf(key, present))
      // The first try of this request may have made the change before it was cut off.
      if (!isExpected && !(context.isRepeat && hasProfile(key, present, profile))) throw new FaceError('USER_CHANGED')
      return withProfile(present, profile)
    }, context),
    async addToProfile (key, profile, audited) {
      const added = (record: UserRecord): UserProfile => profileOf({ ...profileIn(record), ...profile })
      const present = await read(key, {})
      if (hasProfile(key, present, added(present))) return false
      await audited((context) => change(key, (record) => withProfile(record, added(record)), context))
      return true
    },
    async encodings (key, context = {}) {
      const { userId, encodings } = userOf(key, await read(key, context))
      const matches = await sightings.matches(key)
      return { userId, encodings: encodings.map((one) => ({ ...one, matches: matches.get(one.id) ?? 0 })) }
    },
    async removeEncoding (key, id, context = {}) {
      const user = await change(key, (present) => {
        const encodings = present.encodings.filter((encoding) => vectorIdOf(encoding.vector) !== id)
        const isThere = encodings.length < present.encodings.length
        if (!isThere && !context.isRepeat) throw new FaceError('ENCODING_NOT_FOUND')
        if (encodings.length === 0 && !present.unread) throw new FaceError('LAST_ENCODING')
        return { ...present, encodings }
      }, context)
      sightings.restart(key)
      return user
    }
  }
}
