import { forEachOf } from '../src/for-each-of.ts'
import { createProgress } from '../src/progress.ts'
import type { DataKey } from '../src/store/data-key.ts'
import type { EncodingStore } from '../src/store/encoding-store.ts'
import type { StoredUsers } from '../src/store/stored-users.ts'
import { LANES, withStore } from './stores.ts'

/** Encrypts every record that is not encrypted with this key, which the store writes with. */
export async function rekey (store: EncodingStore, stored: StoredUsers, { id }: DataKey): Promise<string> {
  async function isDone (key: string): Promise<boolean> {
    try {
      const user = await stored.read(key)
      return user.state === 'valid' && user.keyId === id
    } catch {
      return false // The store knows what to say.
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
