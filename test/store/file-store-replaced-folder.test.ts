import assert from 'node:assert/strict'
import { cp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { adding, eventually, openStore, record, seen, temporaryFolder, WATCH_MODES, type Follower } from './helper.ts'

/** As `rm -r` of an administrator: again, if a server wrote there at the same time. */
const remove = (dir: string): Promise<void> => rm(dir, { recursive: true, maxRetries: 10 })

const known = (follower: Follower): string => JSON.stringify([...follower.users].sort())

/** How an administrator brings a backup in, or begins anew. */
const WAYS: Array<[way: string, replace: (dir: string, backup: string) => Promise<void>]> = [
  ['by renaming', async (dir, backup) => {
    await rename(dir, `${dir}-aside`)
    await rename(backup, dir)
  }],
  ['by removing and copying', async (dir, backup) => {
    await remove(dir)
    await cp(backup, dir, { recursive: true, preserveTimestamps: true })
  }],
  // The new folders often get the inode numbers of the old ones.
  ['by removing it, then starting another server', remove]
]

// They wait for the periodic check most of the time.
describe('the whole data folder', { concurrency: true }, () => {
  for (const [mode, options] of WATCH_MODES) {
    for (const [way, replace] of WAYS) {
      test(`${mode}: replaced ${way}, it is taken over, and followed like the first`, async (t) => {
        const parent = await temporaryFolder(t)
        const [dir, backup] = [join(parent, 'data'), join(parent, 'backup')]
        const { store } = await openStore(t, { dir: backup })
        await store.update('carla', adding('carla', 3))
        await store.close()

        const first = await openStore(t, { dir, ...options })
        await first.store.update('anna', adding('anna', 1))
        await first.store.update('berta', adding('berta', 2))
        await replace(dir, backup)
        const other = await openStore(t, { dir, ...options })
        await other.store.update('anna', () => record('anna', 5))
        await eventually(() => known(first.follower) === known(other.follower))
        assert.ok(!first.follower.users.has('berta'))

        // Several of them, as the periodic check may come just in time for the first.
        for (const key of ['dora', 'emma', 'anna']) {
          await other.store.update(key, () => record(key, 6))
          await seen(first.follower, key, [6])
          await first.store.update(key, () => null)
          await seen(other.follower, key, [])
        }
        assert.deepEqual(first.events.map(({ type }) => type), options.watch ? ['polling', 'loaded'] : ['loaded'])
      })
    }

    test(`${mode}: removed, it is taken for empty, and made again for the next registration`, async (t) => {
      const dir = join(await temporaryFolder(t), 'data')
      const { store, follower } = await openStore(t, { dir, ...options })
      await store.update('anna', adding('anna', 1))
      await remove(dir)
      await seen(follower, 'anna', [])
      await store.update('berta', adding('berta', 2))
      assert.deepEqual(await store.get('berta'), record('berta', 2))
    })
  }
})
