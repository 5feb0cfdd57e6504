import { forEachOf } from '../src/for-each-of.ts'
import { createProgress } from './progress.ts'
import type { Sightings } from '../src/recognition/sightings.ts'
import { chipKeyId, sealChip, unsealChip } from '../src/store/record/chip.ts'
import type { DataKey } from '../src/store/record/seal.ts'
import { COLLECTIONS, type DocumentStore } from '../src/store/documents/document-store.ts'
import type { Encoding, EncodingStore, StoredUsers } from '../src/store/encoding-store.ts'
import { reasonOf } from '../src/system-error.ts'
import { CommandError } from './command-error.ts'
import { LANES, withDocuments, withStore } from './stores.ts'

/** The user was deleted since the users were counted, or the record is damaged: nothing to encrypt or delete. */
const NO_RECORD = new Error('no record')

/**
 * Encrypts every record and face that is not encrypted with the first key, which the store writes with, and all
 * sightings.
 */
export async function rekey (
  store: EncodingStore, stored: StoredUsers, sightings: Pick<Sightings, 'rewrite'>,
  keys: readonly [DataKey, ...DataKey[]]
): Promise<string> {
  const [first] = keys
  const { id } = first

  async function isDone (key: string): Promise<boolean> {
    try {
      const user = await stored.read(key)
      return user.state === 'valid' && user.keyId === id &&
        user.record.encodings.every(({ sealedChip }) => !sealedChip || chipKeyId(sealedChip) === id)
    } catch {
      return false // The store knows what to say.
    }
  }

  /** The encoding with its chip encrypted with this key, too. Throws {@link CommandError} for one of a missing key. */
  function withOwnKey (key: string, encoding: Encoding): Encoding {
    const { sealedChip } = encoding
    if (!sealedChip) return encoding
    try {
      return { ...encoding, sealedChip: sealChip(key, unsealChip(key, sealedChip, keys), first) }
    } catch (err) {
      throw new CommandError(`the face that was kept of user ${key} cannot be encrypted: ${reasonOf(err)}`)
    }
  }

  async function encrypt (key: string): Promise<'encrypted' | 'was encrypted' | 'no record'> {
    if (await isDone(key)) return 'was encrypted'
    try {
      await store.update(key, (present) => {
        if (!present) throw NO_RECORD
        return { ...present, encodings: present.encodings.map((encoding) => withOwnKey(key, encoding)) }
      })
      return 'encrypted'
    } catch (err) {
      if (err === NO_RECORD) return 'no record'
      throw err
    }
  }

  return await withStore(store, async (keys) => {
    const progress = createProgress(keys.size, 'users', process.stderr)
    const count = { encrypted: 0, 'was encrypted': 0, 'no record': 0 }
    let done = 0
    await forEachOf([...keys], LANES, async (key) => {
      count[await encrypt(key)]++
      progress(++done)
    })
    await sightings.rewrite()
    const { encrypted, 'was encrypted': before } = count
    return `${encrypted + before} users are encrypted with key ${id}, of which ${encrypted} were not before`
  })
}

/** Encrypts every document beside the users with this key, which they are written with; '' if there are none. */
export async function rekeyDocuments (documents: DocumentStore, { id: keyId }: DataKey): Promise<string> {
  return await withDocuments(documents, async () => {
    let count = 0
    for (const collection of COLLECTIONS) {
      for (const { id } of documents.list(collection)) {
        if (await documents.update(collection, id, (present) => present)) count++
      }
    }
    return count === 0 ? '' : `${count} documents are encrypted with key ${keyId}`
  })
}
