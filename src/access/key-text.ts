import { hash, randomBytes } from 'node:crypto'

/** Base64url is the shortest text that needs no quotes in a header, an address or a shell: 43 characters. */
const SECRET_BYTES = 32
const ID_BYTES = 6
const KEY = /^frs_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/

/** A new id: 12 hex digits. */
export const newKeyId = (): string => randomBytes(ID_BYTES).toString('hex')

/** A new secret of 256 random bits. */
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/** The key as it is given to its owner; `frs` lets scanners for leaked secrets find it. */
export const keyText = (id: string, secret: string): string => `frs_${id}_${secret}`

/** The parts of {@link keyText}; null for anything else. */
export function parseKeyText (text: string): { id: string, secret: string } | null {
  const [, id, secret] = KEY.exec(text) ?? []
  return id === undefined || secret === undefined ? null : { id, secret }
}

/** What is kept of a secret. A slow hash protects passwords, which can be guessed; 256 random bits cannot. */
export const secretHash = (secret: string): Buffer => hash('sha256', secret, 'buffer')
