import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { createProgress } from './progress.ts'
import { writeAtomic } from '../src/store/folder/atomic-file.ts'
import type { EncodingStore, UserRecord } from '../src/store/encoding-store.ts'
import { exportLines } from '../src/store/export-format.ts'
import { nodeFileSystem } from '../src/store/folder/file-system.ts'
import type { RecordCodec } from '../src/store/record/codec.ts'
import { withStore } from './stores.ts'

/** Saves all users in the file, which is there as a whole or not at all; `sealer` encrypts. */
export async function exportUsers (store: EncodingStore, file: string, sealer: RecordCodec | null): Promise<string> {
  return await withStore(store, async (keys) => {
    const all = [...keys]
    const progress = createProgress(all.length, 'users', process.stderr)
    let [users, done] = [0, 0]
    async function * records (): AsyncGenerator<UserRecord> {
      for (const key of all) {
        const record = await store.get(key)
        if (record) {
          users++
          yield record
        }
        progress(++done)
      }
    }
    const path = resolve(file)
    const tempPath = `${path}.${randomBytes(4).toString('hex')}.tmp`
    await writeAtomic(nodeFileSystem, { path, tempPath, content: exportLines(records(), sealer) })
    return `${users} users saved in ${file}, ${sealer ? 'encrypted' : 'not encrypted'}`
  })
}
