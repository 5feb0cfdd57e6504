import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { forEachOf } from '../src/for-each-of.ts'
import { createProgress } from '../src/progress.ts'
import { dataFolder } from '../src/store/data-folder.ts'
import type { DataKey } from '../src/store/data-key.ts'
import type { EncodingStore } from '../src/store/encoding-store.ts'
import { isSealed, sealedWith } from '../src/store/sealed-file.ts'
import { LANES, withStore } from './stores.ts'

/** Encrypts every file in the folder that is not encrypted with this key, which the store writes with. */
export async function rekey (store: EncodingStore, dir: string, { id }: DataKey): Promise<string> {
  const { userPath } = dataFolder(resolve(dir))

  async function isDone (key: string): Promise<boolean> {
    try {
      const bytes = await readFile(userPath(key))
      return isSealed(bytes) && sealedWith(bytes) === id
    } catch {
      return false // Gone or damaged: the store knows what to do.
    }
  }

  return await withStore(store, async (keys) => {
    const all = [...keys]
    const progress = createProgress(all.length, 'users', process.stderr)
    let [rewritten, done] = [0, 0]
    await forEachOf(all, LANES, async (key) => {
      if (!await isDone(key)) {
        await store.update(key, (present) => present)
        rewritten++
      }
      progress(++done)
    })
    return `${all.length} users are encrypted with key ${id}, of which ${rewritten} were not before`
  })
}
