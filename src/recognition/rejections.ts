import { randomUUID } from 'node:crypto'
import { FaceError } from '../errors.ts'
import type { Inference } from '../inference/inference-pool.ts'
import { timePart, type RequestContext } from '../request-context.ts'
import {
  REJECTIONS_MAX, type EncodingStore, type Rejection, type UserId, type UserRecord
} from '../store/encoding-store.ts'
import type { Candidates, FaceEncoding } from './candidates.ts'
import type { NamedFace } from './recent-recognitions.ts'

/** The rejections of a user: faces that were taken for the user's and are not. */
export interface UserRejections {
  userId: UserId
  rejections: readonly Rejection[]
}

/**
 * "This is not her": faces nearer to a rejected one than to all encodings of the user are not named so. All throw
 * `USER_NOT_FOUND` and what the store throws.
 */
export interface Rejections {
  /**
   * Rejects the face before the camera, or that of a recognition that named the user; durable when it resolves. The
   * same face again is the same rejection. Throws `RECOGNITION_NOT_FOUND`, `NO_FACE`, `TOO_MANY_REJECTIONS` and what
   * inference throws.
   */
  add (
    key: string, face: { photo: ArrayBuffer } | { recognitionId: string }, context?: RequestContext
  ): Promise<{ userId: UserId, rejection: Rejection }>
  list (key: string, context?: RequestContext): Promise<UserRejections>
  /** Returns those that are left. Throws `REJECTION_NOT_FOUND`. */
  remove (key: string, id: string, context?: RequestContext): Promise<UserRejections>
}

export interface RejectionsParts {
  inference: Pick<Inference, 'encode'>
  store: Pick<EncodingStore, 'get' | 'update'>
  candidates: Pick<Candidates, 'encodingsOf'>
  /** Of this process and those beside it. */
  findRecognition: (id: string) => Promise<NamedFace | undefined>
}

const isSame = (one: FaceEncoding, other: FaceEncoding): boolean =>
  one.model === other.model && one.vector.length === other.vector.length &&
  one.vector.every((value, i) => value === other.vector[i])

/** The user's record, for a caller who may change it. */
function assertKnown (record: UserRecord | null, { caller }: RequestContext): UserRecord {
  const isTheirs = !caller?.groups || record?.groups?.some((group) => caller.groups?.includes(group))
  if (!record || !isTheirs) throw new FaceError('USER_NOT_FOUND')
  return record
}

/** Puts these use cases together. */
export function createRejections (
  { inference, store, candidates, findRecognition }: RejectionsParts
): Rejections {
  const read = async (key: string, context: RequestContext): Promise<UserRecord> =>
    assertKnown(await timePart(context, 'store get', () => store.get(key)), context)

  async function change (
    key: string, context: RequestContext, apply: (before: readonly Rejection[]) => readonly Rejection[]
  ): Promise<UserRejections> {
    const after = await timePart(context, 'store update', () => store.update(key, (record) => {
      const { rejections: before = [], ...kept } = assertKnown(record, context)
      const rejections = apply(before)
      return { ...kept, ...rejections.length > 0 && { rejections } }
    }))
    return { userId: after?.userId ?? key, rejections: after?.rejections ?? [] }
  }

  async function encodingsOf (
    key: string, face: { photo: ArrayBuffer } | { recognitionId: string }, context: RequestContext
  ): Promise<readonly FaceEncoding[]> {
    if ('photo' in face) {
      const found = await inference.encode(face.photo, context)
      if (!found) throw new FaceError('NO_FACE')
      return candidates.encodingsOf(found)
    }
    const named = await findRecognition(face.recognitionId)
    if (!named || String(named.userId) !== key) throw new FaceError('RECOGNITION_NOT_FOUND')
    return named.encodings
  }

  return {
    async add (key, face, context = {}) {
      await read(key, context)
      const encodings = await encodingsOf(key, face, context)
      const isRepeated = (one: Rejection): boolean =>
        one.encodings.some((known) => encodings.some((encoding) => isSame(known, encoding)))
      const { userId, rejections } = await change(key, context, (before) => {
        if (before.some(isRepeated)) return before
        if (before.length >= REJECTIONS_MAX) throw new FaceError('TOO_MANY_REJECTIONS')
        return [...before, { id: randomUUID(), rejectedAt: new Date().toISOString(), encodings }]
      })
      // What was stored has it.
      return { userId, rejection: rejections.find(isRepeated)! }
    },
    async list (key, context = {}) {
      const { userId, rejections = [] } = await read(key, context)
      return { userId, rejections }
    },
    remove: (key, id, context = {}) => change(key, context, (before) => {
      const after = before.filter((rejection) => rejection.id !== id)
      if (after.length === before.length) throw new FaceError('REJECTION_NOT_FOUND')
      return after
    })
  }
}
