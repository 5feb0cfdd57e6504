import { createCipheriv, createDecipheriv, createSecretKey, hash, randomBytes, type KeyObject } from 'node:crypto'
import { DamagedRecordError, UnknownKeyError, UnsupportedRecordError } from './errors.ts'

/** The checksum is of everything after its line, so that damage shows without a key, even in the key's name. */
const SUM_LINE = /^FACE2 sha256=([0-9a-f]{64})\n$/
const CIPHER_LINE = /^aes-256-gcm key=([0-9a-f]{16})\n$/
const SUM_LINE_BYTES = 'FACE2 sha256=\n'.length + 64
const HEADER_BYTES = SUM_LINE_BYTES + 'aes-256-gcm key=\n'.length + 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
const SEALED = Buffer.from('FACE2 ')

/** Whether the bytes claim to be what {@link seal} makes. */
export function isSealed (bytes: Uint8Array): boolean {
  return SEALED.equals(bytes.subarray(0, SEALED.length))
}

/** Encrypts content for one user, with AES-256-GCM and a new random nonce. */
export function seal (userKey: string, content: Uint8Array, { id, secret }: DataKey): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', secret, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(userKey))
  const body = Buffer.concat([
    Buffer.from(`aes-256-gcm key=${id}\n`), nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()
  ])
  return Buffer.concat([Buffer.from(`FACE2 sha256=${hash('sha256', body, 'hex')}\n`), body])
}

/**
 * The id of the key that an intact sealed file needs. Throws {@link DamagedRecordError} if it is not intact, and
 * {@link UnsupportedRecordError} if it is encrypted in another way.
 */
export function sealedWith (bytes: Buffer): string {
  const sum = SUM_LINE.exec(bytes.toString('latin1', 0, SUM_LINE_BYTES))?.[1]
  if (sum === undefined) throw new DamagedRecordError('no valid header')
  if (hash('sha256', bytes.subarray(SUM_LINE_BYTES), 'hex') !== sum) throw new DamagedRecordError('checksum mismatch')
  const keyId = CIPHER_LINE.exec(bytes.toString('latin1', SUM_LINE_BYTES, HEADER_BYTES))?.[1]
  if (keyId === undefined) throw new UnsupportedRecordError('unknown encryption')
  return keyId
}

/**
 * The inverse of {@link seal}. Throws {@link UnknownKeyError} for an intact file of another key, {@link
 * DamagedRecordError} for a file that was sealed for another user, and as {@link sealedWith}.
 */
export function unseal (userKey: string, bytes: Buffer, keys: readonly DataKey[]): { content: Buffer, keyId: string } {
  const keyId = sealedWith(bytes)
  const key = keys.find(({ id }) => id === keyId)
  if (!key) throw new UnknownKeyError(keyId)
  const nonce = bytes.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES)
  const tag = bytes.subarray(-TAG_BYTES)
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.secret, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(userKey)).setAuthTag(tag)
    const sealed = bytes.subarray(HEADER_BYTES + NONCE_BYTES, -TAG_BYTES)
    const content = Buffer.concat([decipher.update(sealed), decipher.final()])
    return { content, keyId }
  } catch {
    throw new DamagedRecordError('not sealed for this user')
  }
}

const ID_CHARACTERS = 16

/** A key that users' files are encrypted with. */
export interface DataKey {
  /** Names the key in files and messages, 16 hex digits of its SHA-256; tells nothing of the key. */
  readonly id: string
  readonly secret: KeyObject
}

/** Reads keys of 32 bytes in base64, separated by commas. The first key is the one to write with; all of them read. */
export function parseDataKeys (text: string | undefined): DataKey[] {
  return (text ?? '').split(',').filter((part) => part !== '').map((part) => {
    const bytes = Buffer.from(part, 'base64')
    return { id: hash('sha256', bytes, 'hex').slice(0, ID_CHARACTERS), secret: createSecretKey(bytes) }
  })
}
