import { isDeepStrictEqual } from 'node:util'
import { forEachOf } from '../src/for-each-of.ts'
import { createProgress } from './progress.ts'
import type { EncodingStore } from '../src/store/encoding-store.ts'
import { CommandError } from './command-error.ts'
import { LANES, withStore } from './stores.ts'

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
