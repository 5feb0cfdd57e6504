import { FaceError } from '../../errors.ts'
import { isOwnerAlive, isOwnProcess, ownerName, parseOwner } from '../folder/process-identity.ts'
import { checkSum, withSum } from '../record/codec.ts'
import { notValid, UnknownKeyError } from '../record/errors.ts'
import { isSealed, seal, unseal, type DataKey } from '../record/seal.ts'

/** So long a request is remembered, and up to an hour more. */
export const REMEMBERED_MS = 24 * 3_600_000
/** Of a larger answer only that the request was made is remembered. */
export const ANSWER_BYTES_MAX = 64 * 1024
/** What the header, the fingerprint and the encryption add. */
const STORED_BYTES_MAX = 2 * ANSWER_BYTES_MAX

/** What a request was answered with. */
export interface Answer {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}

/** What is kept of a request. */
export interface RequestRecord {
  /** Of all that it asks for. */
  fingerprint: string
  /** The process that works on it; null when none does any more. */
  owner: string | null
  /** Null before it is done. */
  answer: Answer | null
}

/** A request that this process works on. Each ends it; what they throw is the store's, and then it counts as left. */
export interface OpenRequest {
  /** It may have been begun before, and cut off when its change was made or not. */
  readonly isRepeat: boolean
  /** Remembers the answer, durably. */
  answered (answer: Answer): Promise<void>
  /** Nothing was changed: the next try is the first one again. */
  forget (): Promise<void>
  /** Something may have been changed: the next try is a repeat. */
  leave (): Promise<void>
}

/** What is known of a request when it arrives. */
export type Arrival =
  | { state: 'new', request: OpenRequest }
  | { state: 'answered', answer: Answer }
  | { state: 'in-progress' }
  /** Another request came under the same id. */
  | { state: 'other' }

/**
 * Remembers requests that change something, so that one that is sent twice does it once. Known to every process that
 * shares the folder or the database, and kept over `kill -9` and power loss, for {@link REMEMBERED_MS}.
 */
export interface RequestMemory {
  open (): Promise<void>
  /** `id` is 32 hex digits. Throws `STORE_UNAVAILABLE` or `STORE_FULL` when the storage fails. */
  begin (id: string, fingerprint: string): Promise<Arrival>
  close (): Promise<void>
}

/** A stored request of another try. */
export interface Found {
  content: Buffer
  /** Since it was last written. */
  ageMs: number
}

/** Where requests are kept; `Place` is where one lies as this process has written it. */
export interface RequestShelf<Place, Present extends Found = Found> {
  /** Adds the request unless there is one under this id. */
  add (id: string, content: Buffer): Promise<{ place: Place } | { present: Present }>
  /** Puts the request in the place of that one; null if another process did so. */
  takeOver (present: Present, content: Buffer): Promise<Place | null>
  write (place: Place, content: Buffer): Promise<void>
  remove (place: Place): Promise<void>
}

const FINGERPRINT = /^[0-9a-f]{64}$/

const nameOf = (id: string): string => `requests/${id}`

function encode (id: string, record: RequestRecord, [key]: readonly DataKey[]): Buffer {
  const { bytes } = withSum(record)
  return key ? seal(nameOf(id), bytes, key) : bytes
}

function answerOf (value: unknown): Answer | null {
  const { status, headers, body } = (value ?? {}) as Partial<Record<keyof Answer, unknown>>
  return typeof status === 'number' && typeof headers === 'object' && headers !== null && typeof body === 'string'
    ? { status, headers: headers as Answer['headers'], body }
    : null
}

/** Null for what is damaged, half-written, of a newer version, or encrypted with a key that is not there. */
function decode (id: string, bytes: Buffer, keys: readonly DataKey[]): RequestRecord | null {
  try {
    const plain = isSealed(bytes) ? unseal(nameOf(id), bytes, keys).content : bytes
    const { fingerprint, owner, answer } = checkSum(plain, STORED_BYTES_MAX).content as Record<string, unknown>
    if (typeof fingerprint !== 'string' || !FINGERPRINT.test(fingerprint)) return null
    return { fingerprint, owner: typeof owner === 'string' ? owner : null, answer: answerOf(answer) }
  } catch (err) {
    if (!(err instanceof UnknownKeyError)) notValid(err)
    return null
  }
}

/** The memory on a shelf. What has not been answered within `busyMs` never will be. */
export function createRequestMemory<Place, Present extends Found> (
  shelf: RequestShelf<Place, Present>, { keys, busyMs }: { keys: readonly DataKey[], busyMs: number }
): Pick<RequestMemory, 'begin'> {
  /** What this process works on, with fingerprints. */
  const open = new Map<string, string>()

  /** Whether somebody works on it, as far as can be known. */
  function isHeld (record: RequestRecord | null, ageMs: number): boolean {
    if (ageMs >= busyMs) return false
    // Half of it was written: that may go on.
    if (!record) return true
    const owner = record.owner === null ? null : parseOwner(record.owner)
    // What this process works on is in `open`.
    return owner !== null && !isOwnProcess(owner) && (isOwnerAlive(owner) ?? true)
  }

  function openRequest (id: string, isRepeat: boolean, place: Place, record: RequestRecord): OpenRequest {
    async function end (work: Promise<unknown>): Promise<void> {
      try {
        await work
      } finally {
        open.delete(id)
      }
    }
    const write = (answer: Answer | null): Promise<void> =>
      end(shelf.write(place, encode(id, { ...record, owner: null, answer }, keys)))
    return {
      isRepeat,
      answered: (answer) => write(Buffer.byteLength(answer.body) <= ANSWER_BYTES_MAX ? answer : null),
      forget: () => end(shelf.remove(place)),
      leave: () => write(null)
    }
  }

  async function arrive (id: string, fingerprint: string): Promise<Arrival> {
    const record: RequestRecord = { fingerprint, owner: ownerName(), answer: null }
    const content = encode(id, record, keys)
    const added = await shelf.add(id, content)
    if ('place' in added) return { state: 'new', request: openRequest(id, false, added.place, record) }
    const { present } = added
    const before = decode(id, present.content, keys)
    if (before && before.fingerprint !== fingerprint) return { state: 'other' }
    if (before?.answer) return { state: 'answered', answer: before.answer }
    const place = isHeld(before, present.ageMs) ? null : await shelf.takeOver(present, content)
    return place === null
      ? { state: 'in-progress' }
      : { state: 'new', request: openRequest(id, true, place, record) }
  }

  return {
    async begin (id, fingerprint) {
      const present = open.get(id)
      if (present !== undefined) return { state: present === fingerprint ? 'in-progress' : 'other' }
      open.set(id, fingerprint)
      let arrival: Arrival | undefined
      try {
        arrival = await arrive(id, fingerprint)
        return arrival
      } finally {
        if (arrival?.state !== 'new') open.delete(id)
      }
    }
  }
}

/** What a request that cannot be begun is told. */
export function refusalOf (state: 'in-progress' | 'other'): FaceError {
  return new FaceError(state === 'other' ? 'IDEMPOTENCY_KEY_REUSED' : 'REQUEST_IN_PROGRESS')
}
