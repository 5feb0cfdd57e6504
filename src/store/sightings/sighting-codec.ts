import { checkSum, withSum } from '../record/codec.ts'
import { UnsupportedRecordError } from '../record/errors.ts'
import { isSealed, seal, unseal, type DataKey } from '../record/seal.ts'

/** A part of the sightings of millions of users; no larger one is read. */
const BYTES_MAX = 16 * 1024 * 1024

type Content = Readonly<Record<string, unknown>>

/** Between sightings and bytes, in the format of the users' files: docs/storage.md. */
export interface SightingCodec {
  /** Encrypts if there is a key; `name` is what it is encrypted for. */
  encode (name: string, content: Content): Buffer
  /** Throws as the codec of the users' records: record/codec.ts. */
  decode (name: string, bytes: Buffer): Content
}

/** Writes with the first key, reads with all of them, and reads what is not encrypted. */
export function createSightingCodec (keys: readonly DataKey[]): SightingCodec {
  const [first] = keys
  return {
    encode (name, content) {
      const { bytes } = withSum(content)
      return first ? seal(name, bytes, first) : bytes
    },
    decode (name, bytes) {
      const plain = isSealed(bytes) ? unseal(name, bytes, keys).content : bytes
      const { content } = checkSum(plain, BYTES_MAX)
      if (typeof content !== 'object' || content === null) throw new UnsupportedRecordError('content is not an object')
      return content as Content
    }
  }
}
