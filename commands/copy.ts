import { isDeepStrictEqual } from 'node:util'
import { forEachOf } from '../src/for-each-of.ts'
import { createProgress } from './progress.ts'
import { COLLECTIONS, type DocumentStore } from '../src/store/documents/document-store.ts'
import type { EncodingStore } from '../src/store/encoding-store.ts'
import { CommandError } from './command-error.ts'
import { LANES, withDocuments, withStore } from './stores.ts'

/**
 * Copies every user of `from` to `to` unchanged, and reads each back. Users that are identical there are not written
 * again; users that only `to` has stay. Throws {@link CommandError} when what is read back differs.
 */
export async function copy (from: EncodingStore, to: EncodingStore): Promise<string> {
  return await withStore(from, (keys) => withStore(to, async () => {
    const all = [...keys]
    const progress = createProgress(all.length, 'users', process.stderr)
    let [copied, done] = [0, 0]
    await forEachOf(all, LANES, async (key) => {
      const record = await from.get(key)
      if (record && !isDeepStrictEqual(await to.get(key), record)) {
        await to.update(key, () => record)
        if (!isDeepStrictEqual(await to.get(key), record)) {
          throw new CommandError(`user ${key} was changed in the copy meanwhile: copy again`)
        }
        copied++
      }
      progress(++done)
    })
    return `${all.length} users, of which ${copied} were copied and ${all.length - copied} were there already`
  }))
}

/**
 * Copies the documents beside the users, such as keys, that are not identical there; others that `to` has stay.
 * Returns '' if there are none.
 */
export async function copyDocuments (from: DocumentStore, to: DocumentStore): Promise<string> {
  return await withDocuments(from, () => withDocuments(to, async () => {
    let [all, copied] = [0, 0]
    for (const collection of COLLECTIONS) {
      for (const { id, content } of from.list(collection)) {
        all++
        if (isDeepStrictEqual(to.get(collection, id), content)) continue
        await to.update(collection, id, () => content)
        copied++
      }
    }
    return all === 0 ? '' : `${all} documents, of which ${copied} were copied and ${all - copied} were there already`
  }))
}
