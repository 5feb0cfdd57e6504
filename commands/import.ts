import { extname } from 'node:path'
import type { Config } from '../src/config.ts'
import { forEachOf } from '../src/for-each-of.ts'
import { createProgress } from './progress.ts'
import { areComparable, DLIB_KIND, kindOf } from '../src/networks/kinds.ts'
import { findNetwork } from '../src/networks/find-network.ts'
import type { EncodingStore, UserRecord } from '../src/store/encoding-store.ts'
import { createDocumentCodec } from '../src/store/documents/document-codec.ts'
import type { DocumentStore } from '../src/store/documents/document-store.ts'
import { readExport, readExportLines } from '../src/store/export-format.ts'
import type { RecordCodec } from '../src/store/record/codec.ts'
import { parseDataKeys } from '../src/store/record/seal.ts'
import { CommandError } from './command-error.ts'
import { foreignRecords } from './foreign-records.ts'
import { FOREIGN_EXTENSIONS, readForeign } from './python-encodings.ts'
import { LANES, withDocuments, withStore } from './stores.ts'

const WARNING = 'These encodings were made by another program. Its photos were prepared a little differently, ' +
  'and their quality\n' +
  'is not known: people are recognised less surely than after a new registration, which is better.'

export interface ImportOptions {
  file: string
  /** Also users who are registered already. */
  replace: boolean
  codec: RecordCodec
  config: Config
}

/** Adds the file's users to the store; nothing is changed unless all of the file can be read. */
export async function importUsers (
  store: EncodingStore, { file, replace, codec, config }: ImportOptions
): Promise<string> {
  const isForeign = FOREIGN_EXTENSIONS.includes(extname(file))
  if (!isForeign && extname(file) !== '.ndjson') {
    throw new CommandError(`${file}: expected a file .ndjson, ${FOREIGN_EXTENSIONS.join(', ')}`)
  }
  if (isForeign && !areComparable(kindOf(DLIB_KIND), (await findNetwork(config)).id)) {
    const advice = 'set RECOGNITION_NETWORK=face-api, or register everyone again'
    throw new CommandError(`${file}: its encodings are of face-api's network: ${advice}`)
  }
  const foreign = isForeign ? foreignRecords(await readForeign(file), config.MAX_FACES_PER_USER) : null
  const records = (): Iterable<UserRecord> | AsyncIterable<UserRecord> => foreign ?? readExport(file, codec)
  let total = 0
  await forEachOf(records(), 1, async () => { total++ })

  return await withStore(store, async (keys) => {
    const progress = createProgress(total, 'users', process.stderr)
    let [done, added] = [0, 0]
    await forEachOf(records(), LANES, async (record) => {
      const key = String(record.userId)
      if (replace || !keys.has(key)) {
        await store.update(key, (present) => {
          if (present && !replace) return present
          // Another program knows encodings alone.
          const { unread, ...kept } = present ?? {}
          return isForeign ? { ...kept, ...record } : record
        })
        added++
      }
      progress(++done)
    })
    const others = replace
      ? ''
      : `, ${total - added} were registered already and stay as they are (--replace replaces them)`
    return `${added} of ${total} users imported${others}${isForeign ? `\n${WARNING}` : ''}`
  })
}

/**
 * Adds the documents of a backup, such as keys, to those that are there; `replace` replaces these, too. Returns '' if
 * the file has none.
 */
export async function importDocuments (
  documents: DocumentStore, { file, replace, codec, config }: ImportOptions
): Promise<string> {
  if (extname(file) !== '.ndjson') return ''
  const documentCodec = createDocumentCodec(parseDataKeys(config.FACE_DATA_KEY))
  return await withDocuments(documents, async () => {
    let [all, added] = [0, 0]
    for await (const { document } of readExportLines(file, codec, documentCodec)) {
      if (!document) continue
      all++
      await documents.update(document.collection, document.id, (present) => {
        if (present && !replace) return present
        added++
        return document.content
      })
    }
    return all === 0 ? '' : `${added} of ${all} documents imported`
  })
}
