import { createSecretKey, hash, type KeyObject } from 'node:crypto'

/** One or more keys of 32 bytes in base64, separated by commas. */
export const DATA_KEYS_PATTERN = '^[A-Za-z0-9+/]{43}=(,[A-Za-z0-9+/]{43}=)*$'
const ID_CHARACTERS = 16

/** A key that users' files are encrypted with. */
export interface DataKey {
  /** Names the key in files and messages, 16 hex digits of its SHA-256; tells nothing of the key. */
  readonly id: string
  readonly secret: KeyObject
}

/** Reads what matches {@link DATA_KEYS_PATTERN}. The first key is the one to write with; all of them read. */
export function parseDataKeys (text: string | undefined): DataKey[] {
  return (text ?? '').split(',').filter((part) => part !== '').map((part) => {
    const bytes = Buffer.from(part, 'base64')
    return { id: hash('sha256', bytes, 'hex').slice(0, ID_CHARACTERS), secret: createSecretKey(bytes) }
  })
}
