import { hash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { FaceError, type ErrorCode } from '../../errors.ts'
import { forEachOf } from '../../for-each-of.ts'
import { photoOutcome } from '../../recognition/photo-outcome.ts'
import type { Recognition } from '../../recognition/recognition.ts'
import type { RequestContext } from '../../request-context.ts'
import type { EncodingStore } from '../../store/encoding-store.ts'
import { userIdFromText } from '../../store/user-key.ts'
import { createTaskQueue } from '../../task-queue.ts'
import type { UserProfile } from '../profile.ts'
import type { Users } from '../users.ts'

/** One person of an import, with at most one photo. */
export interface ImportedPerson {
  userId: string
  /** What it leaves out stays as it is. */
  profile: UserProfile
  photo: ArrayBuffer | null
}

/** Where one person of an import is read from. */
export interface ImportRow {
  /** Counted from 1. */
  row: number
  /** As far as they are known before the row is read: for the report. */
  userId?: string
  photoName?: string
  /** At most so much memory is needed for it. */
  byteLength: number
  /** May be called again. Throws {@link FaceError} for what is wrong with the row. */
  read (): Promise<ImportedPerson>
}

/** What became of one row. */
export interface ImportLine {
  row: number
  userId: string | null
  photoName: string | null
  /** `updated` and `unchanged` had no photo, or one that was registered before. */
  outcome: 'registered' | 'updated' | 'unchanged' | 'refused'
  quality?: number
  encodingCount?: number
  refusal?: { code: string, message: string }
}

/** What a change of one user by an import is done in. */
export type Audited = <T>(
  action: 'enrol' | 'change-user', key: string, work: (context: RequestContext) => Promise<T>
) => Promise<T>

export interface ImportParts {
  recognition: Pick<Recognition, 'register'>
  users: Pick<Users, 'addToProfile'>
  store: Pick<EncodingStore, 'get'>
  audited: Audited
  /** Takes memory for so many bytes; returns what gives it back. Throws `OVERLOADED` if there is none. */
  hold: (bytes: number) => () => void
}

export interface ImportOptions {
  /** Rows at the same time. */
  lanes: number
  signal: AbortSignal
  onLine: (line: ImportLine) => void
}

/** What passes by itself; visitors at the door have precedence. */
const PASSING: readonly ErrorCode[] = ['OVERLOADED']
const PATIENCE_MS = 100

const isPassing = (err: unknown): boolean => err instanceof FaceError && PASSING.includes(err.code)

/** The same for the same photo of the same user. */
function receiptOf (userId: string, photo: ArrayBuffer): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${userId}\n`), new Uint8Array(photo)]), 'hex').slice(0, 32)
}

/**
 * Registers the people of an import, each photo once, however often it is imported. What is wrong with a row is its
 * outcome; what is not ends the import, which can be repeated.
 */
export async function importPeople (
  rows: Iterable<ImportRow> | AsyncIterable<ImportRow>,
  { recognition, users, store, audited, hold }: ImportParts,
  { lanes, signal, onLine }: ImportOptions
): Promise<void> {
  const turns = createTaskQueue()

  async function importPerson ({ userId: key, profile, photo }: ImportedPerson, release: () => void): Promise<
    Pick<ImportLine, 'outcome' | 'quality' | 'encodingCount' | 'refusal'>
  > {
    const present = await store.get(key)
    const receipt = photo && receiptOf(key, photo)
    if (photo && receipt && !present?.encodings.some((encoding) => encoding.receipt === receipt)) {
      const { registration, refusal } = await photoOutcome(() => audited('enrol', key, (context) => (
        recognition.register(userIdFromText(key), photo, { replace: false, profile }, {
          ...context, receipt, onPhotoReleased: release
        })
      )))
      if (refusal) return { outcome: 'refused', refusal }
      const { quality, encodingCount } = registration
      return { outcome: 'registered', quality: quality.overall, encodingCount }
    }
    if (!present) throw new FaceError('USER_NOT_FOUND', { message: 'Nobody is registered under this id: send a photo' })
    const isChanged = await users.addToProfile(key, profile, (work) => audited('change-user', key, work))
    return { outcome: isChanged ? 'updated' : 'unchanged', encodingCount: present.encodings.length }
  }

  async function tryRow (row: ImportRow): Promise<ImportLine> {
    const line = { row: row.row, userId: row.userId ?? null, photoName: row.photoName ?? null }
    const release = hold(row.byteLength)
    try {
      const person = await row.read()
      line.userId = person.userId
      // Of two photos of one user the later must resemble the first.
      return { ...line, ...await turns.run(person.userId, () => importPerson(person, release)) }
    } catch (err) {
      if (!(err instanceof FaceError) || err.statusCode >= 500 || signal.aborted) throw err
      return { ...line, outcome: 'refused', refusal: { code: err.code, message: err.message } }
    } finally {
      release()
    }
  }

  await forEachOf(rows, lanes, async (row) => {
    for (;;) {
      signal.throwIfAborted()
      try {
        onLine(await tryRow(row))
        return
      } catch (err) {
        if (!isPassing(err)) throw err
        await delay(PATIENCE_MS, undefined, { signal })
      }
    }
  })
}
