import { timingSafeEqual } from 'node:crypto'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { FaceError } from '../errors.ts'
import type { DocumentContent, DocumentStore } from '../store/documents/document-store.ts'
import { newKeyId, newSecret, secretHash } from './key-text.ts'
import { ADMIN_KEY_ID, type Caller } from './roles.ts'

const HOUR_MS = 60 * 60_000
/** A session ends after so long without a request, */
export const IDLE_MS = 2 * HOUR_MS
/** and in any case after a working day. */
export const SESSION_MS = 12 * HOUR_MS
/** Requests within so long are stored as one. */
const SEEN_MS = 5 * 60_000
/** Of one key; beyond it the oldest ends. */
export const SESSIONS_PER_KEY = 50
const TOKEN = /^([0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/

const StoredSessionSchema = Type.Object({
  /** Id of the key that was traded for it, or of `ADMIN_KEY`. */
  key: Type.String(),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  createdAt: Type.String(),
  seenAt: Type.String(),
  /** Whence it was opened. */
  address: Type.String()
})
type StoredSession = Static<typeof StoredSessionSchema>

/** A session of a browser, and who is at it. Times are ISO 8601. */
export interface Session {
  readonly id: string
  readonly caller: Caller
  readonly address: string
  readonly createdAt: string
  readonly seenAt: string
  /** When it ends if it is not used any more. */
  readonly expiresAt: string
}

/** Sessions, in the documents beside the encodings: all processes know them. */
export interface Sessions {
  /** Opens one for the caller, who has shown a key; the token is known only now. */
  open (caller: Caller, address: string): Promise<{ token: string, session: Session }>
  /** The session with this token, if it and its key are valid for this address; this counts as a use. */
  find (token: string, address: string): Session | undefined
  /** Those that are valid, the latest first. */
  list (): Session[]
  /** Ends one; false if there is none. */
  end (id: string): Promise<boolean>
  /** Stores which sessions were used, and removes those that have ended. */
  tidy (): Promise<void>
}

const readStored = (content: DocumentContent | null): StoredSession | null =>
  Value.Check(StoredSessionSchema, content) ? content : null

/**
 * Keeps sessions. `callerOf` gives the caller with the key of this id, if it is valid now and, where one is given, for
 * this address; `adminKey` is `ADMIN_KEY`.
 */
export function createSessions ({ documents, callerOf, adminKey, now = Date.now }: {
  documents: DocumentStore
  callerOf: (keyId: string, address?: string) => Caller | undefined
  adminKey: string | undefined
  now?: () => number
}): Sessions {
  /** When sessions were used since the last time that this was stored. */
  const uses = new Map<string, number>()

  /** What is kept of a token. `ADMIN_KEY` goes in, so that its sessions end with it and its hash need not be kept. */
  const hashOf = (secret: string, keyId: string): Buffer =>
    secretHash(keyId === ADMIN_KEY_ID ? `${secret} ${adminKey}` : secret)

  /** The session as it is now; null if it has ended. */
  function current (id: string, stored: StoredSession, address?: string): Session | null {
    const caller = callerOf(stored.key, address)
    if (!caller) return null
    const seenAt = Math.max(Date.parse(stored.seenAt), uses.get(id) ?? 0)
    const expiresAt = Math.min(seenAt + IDLE_MS, Date.parse(stored.createdAt) + SESSION_MS)
    if (!(expiresAt > now())) return null
    const { createdAt, address: openedFrom } = stored
    return {
      id,
      caller: { ...caller, via: 'session' },
      address: openedFrom,
      createdAt,
      seenAt: new Date(seenAt).toISOString(),
      expiresAt: new Date(expiresAt).toISOString()
    }
  }

  const stored = (): Array<{ id: string, session: StoredSession | null }> =>
    documents.list('sessions').map(({ id, content }) => ({ id, session: readStored(content) }))

  async function end (id: string): Promise<boolean> {
    let ended = false
    await documents.update('sessions', id, (present) => {
      ended = present !== null
      return null
    })
    uses.delete(id)
    return ended
  }

  async function endOldest (keyId: string): Promise<void> {
    const same = stored().filter(({ session }) => session?.key === keyId)
      .sort((a, b) => Date.parse(b.session!.createdAt) - Date.parse(a.session!.createdAt))
    for (const { id } of same.slice(SESSIONS_PER_KEY)) await end(id)
  }

  return {
    end,
    async open (caller, address) {
      const [id, secret] = [newKeyId(), newSecret()]
      const time = new Date(now()).toISOString()
      const session: StoredSession = {
        key: caller.id, sha256: hashOf(secret, caller.id).toString('hex'), createdAt: time, seenAt: time, address
      }
      await documents.update('sessions', id, () => session)
      await endOldest(caller.id)
      const opened = current(id, session, address)
      if (!opened) throw new FaceError('UNAUTHORIZED') // The key was revoked meanwhile.
      return { token: `${id}.${secret}`, session: opened }
    },
    find (token, address) {
      const [, id, secret] = TOKEN.exec(token) ?? []
      if (id === undefined || secret === undefined) return undefined
      const session = readStored(documents.get('sessions', id))
      if (!session || !current(id, session, address)) return undefined
      if (!timingSafeEqual(hashOf(secret, session.key), Buffer.from(session.sha256, 'hex'))) return undefined
      uses.set(id, now())
      return current(id, session, address) ?? undefined
    },
    list: () => stored().flatMap(({ id, session }) => (session && current(id, session)) ?? [])
      .sort((a, b) => Date.parse(b.seenAt) - Date.parse(a.seenAt)),
    async tidy () {
      for (const { id, session } of stored()) {
        const use = uses.get(id)
        if (!session || !current(id, session)) await end(id)
        else if (use !== undefined && use - Date.parse(session.seenAt) > SEEN_MS) {
          const seenAt = new Date(use).toISOString()
          await documents.update('sessions', id, (present) => present && { ...present, seenAt })
        }
      }
    }
  }
}
