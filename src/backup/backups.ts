import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TRANSIENT_COLLECTIONS, COLLECTIONS, type DocumentStore } from '../store/documents/document-store.ts'
import { createDocumentCodec } from '../store/documents/document-codec.ts'
import type { StoredUsers, UserRecord } from '../store/encoding-store.ts'
import { exportLines } from '../store/export-format.ts'
import { listIfThere, makeFolder, unlinkIfThere, writeAtomic } from '../store/folder/atomic-file.ts'
import { nodeFileSystem as fs, withStoreErrors } from '../store/folder/file-system.ts'
import { createRecordCodec } from '../store/record/codec.ts'
import type { DataKey } from '../store/record/seal.ts'

const NAME = /^faces-\d{8}T\d{9}Z\.ndjson$/
const TEMP = /^faces-\d{8}T\d{9}Z\.ndjson\.[0-9a-f]{8}\.tmp$/
/** A file that is not finished by then is left of a process that ended. */
const TEMP_MS_MAX = 86_400_000

export interface Backup {
  path: string
  users: number
  /** Records that could not be read, and are not in it. */
  unreadable: number
  documents: number
}

/** The backups in a folder. */
export interface Backups {
  /**
   * Saves everybody, each as they are at some moment; whole or not at all. Throws `STORE_UNAVAILABLE`, `STORE_FULL`,
   * and the signal's reason when that aborts.
   */
  make (signal?: AbortSignal): Promise<Backup>
  /** Removes all but the newest `keep`; returns how many. */
  prune (): Promise<number>
  /** Paths, oldest first. */
  list (): Promise<string[]>
  /** When the newest one was finished, in milliseconds since 1970; null if there is none. */
  newestAt (): Promise<number | null>
}

export interface BackupsOptions {
  dir: string
  keep: number
  /** The first encrypts; there is at least one. */
  keys: readonly DataKey[]
  stored: StoredUsers
  documents: Pick<DocumentStore, 'list'>
}

/** Makes nothing yet. */
export function createBackups ({ dir, keep, keys, stored, documents }: BackupsOptions): Backups {
  const list = async (): Promise<string[]> => (
    (await listIfThere(fs, dir)).filter((name) => NAME.test(name)).sort().map((name) => join(dir, name))
  )

  return {
    list,
    async make (signal) {
      const time = new Date().toISOString().replace(/[-:.]/g, '')
      const path = join(dir, `faces-${time}.ndjson`)
      const lasting = COLLECTIONS.filter((collection) => !TRANSIENT_COLLECTIONS.includes(collection))
        .flatMap((collection) => documents.list(collection).map((document) => ({ collection, ...document })))
      let [users, unreadable] = [0, 0]

      async function * records (): AsyncGenerator<UserRecord> {
        for await (const key of stored.keys()) {
          signal?.throwIfAborted()
          const user = await stored.read(key).catch(() => null)
          if (user?.state === 'valid') {
            users++
            yield user.record
          } else if (user?.state !== 'absent') unreadable++
        }
      }

      await withStoreErrors(async () => {
        await makeFolder(fs, dir)
        await writeAtomic(fs, {
          path,
          tempPath: `${path}.${randomBytes(4).toString('hex')}.tmp`,
          content: exportLines(records(), createRecordCodec(keys), {
            documents: lasting, codec: createDocumentCodec(keys)
          })
        })
      })
      return { path, users, unreadable, documents: lasting.length }
    },
    async prune () {
      const old = (await list()).slice(0, -keep)
      await withStoreErrors(async () => {
        for (const path of old) await unlinkIfThere(fs, path)
        for (const name of await listIfThere(fs, dir)) {
          const path = join(dir, name)
          if (TEMP.test(name) && Date.now() - (await stat(path)).mtimeMs > TEMP_MS_MAX) await unlinkIfThere(fs, path)
        }
      })
      return old.length
    },
    async newestAt () {
      const newest = (await list()).at(-1)
      return newest === undefined ? null : (await stat(newest)).mtimeMs
    }
  }
}
