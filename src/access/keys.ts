import { timingSafeEqual } from 'node:crypto'
import { FaceError } from '../errors.ts'
import type { DocumentStore } from '../store/documents/document-store.ts'
import { createAddressCheck } from './addresses.ts'
import { keyText, newKeyId, newSecret, parseKeyText, secretHash } from './key-text.ts'
import type { Caller, Role } from './roles.ts'
import { readStoredKey, type StoredKey } from './stored-key.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** Revoked keys are listed for so long. */
const REVOKED_MS = 90 * DAY_MS
/** An old secret stays valid for so long after a rotation, and never for longer than the maximum. */
export const OVERLAP_MS = DAY_MS
export const OVERLAP_MS_MAX = 90 * DAY_MS

/** What may be asked for a new key. */
export interface KeyWishes {
  name: string
  role: Role
  expiresAt?: Date
  /** Only of kiosks: they search these groups alone. */
  groups?: string[]
  /** Addresses and subnets that the key is valid from. */
  addresses?: string[]
}

/** What may be told of a key. */
export type KeyInfo = Omit<StoredKey, 'sha256' | 'previous'> & { id: string, oldValidUntil?: string }

/** The one moment at which the key itself is known. */
export interface NewKey {
  key: string
  info: KeyInfo
}

/** The keys in the documents beside the encodings. */
export interface Keys {
  /** Whether there is a key, or was one: also one that has expired, was revoked, or cannot be read. */
  exist (): boolean
  /** The caller who shows this key from this address; undefined if the key is not valid, or not there. */
  find (key: string, address: string): Caller | undefined
  /** The caller with the key of this id, if it is valid now and, where one is given, from this address. */
  callerOf (id: string, address?: string): Caller | undefined
  /** All of them, revoked ones for some time, by name. */
  list (): KeyInfo[]
  /** Throws `INVALID_REQUEST` for wishes that make no sense together. */
  create (wishes: KeyWishes): Promise<NewKey>
  /** A new secret for the key; the old one stays valid until the moment. Throws `KEY_NOT_FOUND`. */
  rotate (id: string, oldValidUntil: Date): Promise<NewKey>
  /** The key is not valid from now on. Throws `KEY_NOT_FOUND`. */
  revoke (id: string): Promise<KeyInfo>
  /** Stores when keys were last used, as far as that is a minute after the time that is stored. */
  storeUses (): Promise<void>
}

/** A key in memory, ready to be compared. */
interface ActiveKey {
  caller: Caller
  hash: Buffer
  expiresAt: number
  previous?: { hash: Buffer, validUntil: number }
  isAllowedFrom?: (address: string) => boolean
}

function infoOf (id: string, { sha256: _hash, previous, ...told }: StoredKey): KeyInfo {
  return { id, ...told, ...previous && { oldValidUntil: previous.validUntil } }
}

function activate (id: string, key: StoredKey): ActiveKey {
  const { name, role, groups, addresses, previous } = key
  return {
    caller: { id, name, role, ...groups && { groups }, via: 'key' },
    hash: Buffer.from(key.sha256, 'hex'),
    expiresAt: key.expiresAt === undefined ? Infinity : Date.parse(key.expiresAt),
    ...previous && {
      previous: { hash: Buffer.from(previous.sha256, 'hex'), validUntil: Date.parse(previous.validUntil) }
    },
    ...addresses && { isAllowedFrom: createAddressCheck(addresses) }
  }
}

/** An unknown id is compared with this, so that it takes the same time. */
const NO_HASH = Buffer.alloc(32)

/** Follows the documents; call it before they are opened. */
export function createKeys (documents: DocumentStore, now: () => number = Date.now): Keys {
  const active = new Map<string, ActiveKey>()
  /** When keys were used since the last time that this was stored. */
  const uses = new Map<string, number>()
  let existed = false

  documents.onChange(({ collection, id, content }) => {
    if (collection !== 'keys') return
    const key = content && readStoredKey(content)
    if (key && key.revokedAt === undefined) active.set(id, activate(id, key))
    else active.delete(id)
  })

  /** Changes a key that is valid, or has expired. */
  async function change (id: string, apply: (key: StoredKey) => StoredKey): Promise<KeyInfo> {
    if (!active.has(id)) throw new FaceError('KEY_NOT_FOUND')
    let changed: StoredKey | undefined
    await documents.update('keys', id, (present) => {
      const key = present && readStoredKey(present)
      if (!key || key.revokedAt !== undefined) throw new FaceError('KEY_NOT_FOUND')
      // With the fields of another version that are not known here.
      return { ...present, ...(changed = apply(key)) }
    })
    return infoOf(id, changed!)
  }

  async function forgetRevoked (): Promise<void> {
    for (const { id, content } of documents.list('keys')) {
      const revokedAt = readStoredKey(content)?.revokedAt
      if (revokedAt === undefined || Date.parse(revokedAt) > now() - REVOKED_MS) continue
      await documents.update('keys', id, () => null)
    }
  }

  function callerOf (id: string, address?: string): Caller | undefined {
    const key = active.get(id)
    if (!key || now() >= key.expiresAt) return undefined
    return address === undefined || key.isAllowedFrom?.(address) !== false ? key.caller : undefined
  }

  return {
    callerOf,
    // Never again false in this process: if all keys get lost, the server must not open.
    exist: () => (existed ||= documents.list('keys').length > 0 || documents.unreadable('keys') > 0),
    find (text, address) {
      const { id, secret } = parseKeyText(text) ?? {}
      if (id === undefined || secret === undefined) return undefined
      const key = active.get(id)
      const shown = secretHash(secret)
      const isPresent = timingSafeEqual(shown, key?.hash ?? NO_HASH)
      const isPrevious = timingSafeEqual(shown, key?.previous?.hash ?? NO_HASH) &&
        now() < (key?.previous?.validUntil ?? 0)
      const caller = isPresent || isPrevious ? callerOf(id, address) : undefined
      if (caller) uses.set(id, now())
      return caller
    },
    list: () => documents.list('keys').flatMap(({ id, content }) => {
      const key = readStoredKey(content)
      return key ? [infoOf(id, key)] : []
    }).sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1)),
    async create ({ name, role, expiresAt, groups, addresses }) {
      if (groups && role !== 'kiosk') {
        throw new FaceError('INVALID_REQUEST', { message: 'groups: only for the role kiosk' })
      }
      if (expiresAt && expiresAt.getTime() <= now()) {
        throw new FaceError('INVALID_REQUEST', { message: 'expires_at: in the past' })
      }
      await forgetRevoked()
      const [id, secret] = [newKeyId(), newSecret()]
      const key: StoredKey = {
        name,
        role,
        sha256: secretHash(secret).toString('hex'),
        createdAt: new Date(now()).toISOString(),
        ...expiresAt && { expiresAt: expiresAt.toISOString() },
        ...groups && { groups },
        ...addresses && { addresses }
      }
      if (!readStoredKey(key)) throw new FaceError('INVALID_REQUEST', { message: 'addresses: not valid' })
      await documents.update('keys', id, () => key)
      return { key: keyText(id, secret), info: infoOf(id, key) }
    },
    async rotate (id, oldValidUntil) {
      if (oldValidUntil.getTime() > now() + OVERLAP_MS_MAX) {
        throw new FaceError('INVALID_REQUEST', { message: 'old_valid_until: more than 90 days from now' })
      }
      const secret = newSecret()
      const info = await change(id, (key) => ({
        ...key,
        sha256: secretHash(secret).toString('hex'),
        previous: { sha256: key.sha256, validUntil: oldValidUntil.toISOString() }
      }))
      return { key: keyText(id, secret), info }
    },
    revoke: (id) => change(id, (key) => ({ ...key, revokedAt: new Date(now()).toISOString() })),
    async storeUses () {
      const stored = new Map(documents.list('keys').map(({ id, content }) => [id, readStoredKey(content)?.lastUsedAt]))
      for (const [id, time] of [...uses]) {
        uses.delete(id)
        if (time - Date.parse(stored.get(id) ?? new Date(0).toISOString()) < MINUTE_MS) continue
        const lastUsedAt = new Date(time).toISOString()
        await change(id, (key) => ({ ...key, lastUsedAt })).catch((err: unknown) => {
          // Revoked meanwhile, or the storage is away: another use will be stored.
          if (!(err instanceof FaceError)) throw err
        })
      }
    }
  }
}
