import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { reasonOf } from '../system-error.ts'
import type { DocumentCodec } from './documents/document-codec.ts'
import { COLLECTIONS, isDocumentId, type Collection, type DocumentContent } from './documents/document-store.ts'
import type { UserRecord } from './encoding-store.ts'
import type { RecordCodec } from './record/codec.ts'
import { fieldsToRecord, recordToFields } from './record/fields.ts'
import { assertUserKey } from './user-key.ts'

const HEADER = { format: 'face-encodings', version: 1 }

type Fields = Record<string, unknown>

/** It is not a whole export, or needs another key. The message quotes nothing of its content. */
export class ExportError extends Error {
  override name = 'ExportError'
}

/** A document as an export has it. */
export interface ExportedDocument {
  collection: Collection
  id: string
  content: DocumentContent
}

/** What an export has beside users; always encrypted. */
export interface DocumentsToExport {
  documents: readonly ExportedDocument[]
  codec: DocumentCodec
}

/** The users as lines of JSON between a header and a line with their number and the checksum of all lines before it. */
export async function * exportLines (
  records: AsyncIterable<UserRecord>, sealer: RecordCodec | null, others?: DocumentsToExport
): AsyncGenerator<string> {
  const hash = createHash('sha256')
  const line = (fields: Fields): string => {
    const text = `${JSON.stringify(fields)}\n`
    hash.update(text)
    return text
  }
  let users = 0
  yield line(HEADER)
  for await (const record of records) {
    const { userId } = record
    const key = String(userId)
    yield line(sealer
      ? { user_id: userId, sealed: sealer.encode(key, record).bytes.toString('base64') }
      : recordToFields(key, record))
    users++
  }
  for (const { collection, id, content } of others?.documents ?? []) {
    const sealed = others!.codec.encode(collection, id, content).toString('base64')
    yield line({ document: `${collection}/${id}`, sealed })
  }
  yield `${JSON.stringify({ users, sha256: hash.digest('hex') })}\n`
}

/**
 * The users of a file that {@link exportLines} made, encrypted or not. Throws {@link ExportError}, at the latest at the
 * end, if it is not exactly such a file or needs another key.
 */
export async function * readExport (path: string, codec: RecordCodec): AsyncGenerator<UserRecord> {
  for await (const { record } of readExportLines(path, codec)) if (record) yield record
}

/** The same, with the documents if there is a codec for them. */
export async function * readExportLines (
  path: string, codec: RecordCodec, documentCodec?: DocumentCodec
): AsyncGenerator<{ record?: UserRecord, document?: ExportedDocument }> {
  const hash = createHash('sha256')
  let [number, users] = [0, 0]
  let last: Fields | undefined
  const fail = (reason: string): never => { throw new ExportError(`${path} line ${number}: ${reason}`) }

  const file = await open(path)
  try {
    for await (const line of file.readLines()) {
      number++
      if (last) fail('the file goes on after its last line')
      const fields = parse(line) ?? fail('not a line of an export')
      if (number === 1) {
        if (fields['format'] !== HEADER.format || fields['version'] !== HEADER.version) {
          fail('not the header of an export of this version')
        }
      } else if ('users' in fields) {
        last = fields
        continue
      } else if ('document' in fields) {
        if (documentCodec) yield { document: documentOf(fields, documentCodec) ?? fail('not a document') }
      } else {
        yield { record: recordOf(fields) ?? fail('not a user') }
        users++
      }
      hash.update(`${line}\n`)
    }
  } finally {
    await file.close()
  }
  if (!last) fail('the file ends early')
  if (last?.['users'] !== users || last['sha256'] !== hash.digest('hex')) {
    fail('the checksum is wrong: the file was changed')
  }

  function documentOf ({ document, sealed }: Fields, documents: DocumentCodec): ExportedDocument | null {
    const [name, id = ''] = String(document).split('/')
    const collection = COLLECTIONS.find((one) => one === name)
    if (!collection || !isDocumentId(id) || typeof sealed !== 'string') return null
    try {
      return { collection, id, content: documents.decode(collection, id, Buffer.from(sealed, 'base64')) }
    } catch (err) {
      return fail(reasonOf(err))
    }
  }

  function recordOf (fields: Fields): UserRecord | null {
    const key = String(fields['user_id'])
    try {
      assertUserKey(key)
      return typeof fields['sealed'] === 'string'
        ? codec.decode(key, Buffer.from(fields['sealed'], 'base64')).record
        : fieldsToRecord(key, fields)
    } catch (err) {
      return fail(reasonOf(err))
    }
  }
}

function parse (line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value as Fields : null
  } catch {
    return null
  }
}
