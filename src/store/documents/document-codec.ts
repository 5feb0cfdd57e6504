import assert from 'node:assert/strict'
import { checkSum, withSum } from '../record/codec.ts'
import { UnsupportedRecordError } from '../record/errors.ts'
import { isSealed, seal, unseal, type DataKey } from '../record/seal.ts'
import { DOCUMENT_BYTES_MAX, documentName, type Collection, type DocumentContent } from './document-store.ts'

/** What the header and the encryption add. */
const EXTRA_BYTES = 1024
export const STORED_BYTES_MAX = DOCUMENT_BYTES_MAX + EXTRA_BYTES

/** Between documents and bytes, in the format of the users' files: docs/storage.md. */
export interface DocumentCodec {
  /** Encrypts if there is a key. Throws on a document that is too large. */
  encode (collection: Collection, id: string, content: DocumentContent): Buffer
  /** Throws as the codec of the users' records: record/codec.ts. */
  decode (collection: Collection, id: string, bytes: Buffer): DocumentContent
}

/** Writes with the first key, reads with all of them, and reads documents that are not encrypted. */
export function createDocumentCodec (keys: readonly DataKey[]): DocumentCodec {
  const [first] = keys
  return {
    encode (collection, id, content) {
      const { bytes } = withSum(content)
      assert.ok(bytes.length <= DOCUMENT_BYTES_MAX, 'document size')
      return first ? seal(documentName(collection, id), bytes, first) : bytes
    },
    decode (collection, id, bytes) {
      const plain = isSealed(bytes) ? unseal(documentName(collection, id), bytes, keys).content : bytes
      const { content } = checkSum(plain, STORED_BYTES_MAX)
      if (typeof content !== 'object' || content === null || Array.isArray(content)) {
        throw new UnsupportedRecordError('content is not an object')
      }
      return content as DocumentContent
    }
  }
}
