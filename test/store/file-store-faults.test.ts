import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { FaceError } from '../../src/errors.ts'
import { dataFolder } from '../../src/store/folder/layout.ts'
import type { UserRecord } from '../../src/store/encoding-store.ts'
import { nodeFileSystem } from '../../src/store/folder/file-system.ts'
import { createRecordCodec } from '../../src/store/record/codec.ts'
import { readUserFile } from '../../src/store/folder/read.ts'
import { faultyFileSystem } from './faulty-file-system.ts'
import { adding, openStore, record, seedsOf, silentWatch, memoryFolder } from './helper.ts'

interface Scenario {
  title: string
  key: string
  before: UserRecord | null
  change: (present: UserRecord | null) => UserRecord | null
  /** The call after which the change is on the disk, though not yet durable. */
  changing: string
}

const SCENARIOS: Scenario[] = [
  { title: 'a first registration', key: 'carla', before: null, change: adding('carla', 3), changing: 'rename' },
  {
    title: 'a further encoding', key: 'anna', before: record('anna', 1), change: adding('anna', 2), changing: 'rename'
  },
  { title: 'a deletion', key: 'anna', before: record('anna', 1), change: () => null, changing: 'unlink' }
]

const CODES = [['ENOSPC', 'STORE_FULL'], ['EIO', 'STORE_UNAVAILABLE'], ['EACCES', 'STORE_UNAVAILABLE']] as const

/** What a process that starts now would load. */
async function onDisk (dir: string, key: string): Promise<UserRecord | null> {
  const file = await readUserFile(nodeFileSystem, dataFolder(dir).userPath(key), key, createRecordCodec([]))
  assert.notEqual(file.state, 'damaged', key)
  return file.state === 'valid' ? file.record : null
}

/** Temporary files and claims that a change of the user left. */
async function leftovers (dir: string, key: string): Promise<string[]> {
  const { locks, userPath } = dataFolder(dir)
  return [...await readdir(locks), ...(await readdir(dirname(userPath(key)))).filter((name) => !name.endsWith('.face'))]
}

for (const { title, key, before, change, changing } of SCENARIOS) {
  test(`${title}: whichever system call fails, the error is coded, nothing is damaged or left ` +
    'behind, and the next try works', async (t) => {
    let faults = 0
    await Promise.all(CODES.map(async ([code, expected]) => {
      const dir = await memoryFolder(t)
      let failAt = -1
      const { fs, calls } = faultyFileSystem((_, index) => index === failAt ? code : undefined)
      const { store, follower } = await openStore(t, { dir, fs, watch: silentWatch })
      await store.update('berta', adding('berta', 9))

      await store.update(key, () => before)
      const start = calls.length
      const after = await store.update(key, change)
      const steps = calls.slice(start)
      for (const [step, call] of steps.entries()) {
        await store.update(key, () => before)
        failAt = calls.length + step
        const error: unknown = await store.update(key, change).then(() => null, (err: unknown) => err)
        const context = `${code} at ${step}, ${call}`
        faults++

        const isRelease = step === steps.length - 1
        // The change is durable by then: a claim that stays must not turn success into failure.
        if (isRelease) assert.equal(error, null, context)
        else {
          assert.ok(error instanceof FaceError, context)
          assert.deepEqual([error.code, Reflect.get(Object(error.cause), 'code')], [expected, code], context)
          assert.deepEqual(await leftovers(dir, key), [], context)
        }
        const stored = step > steps.indexOf(changing) ? after : before
        assert.deepEqual([await onDisk(dir, key), await store.get(key)], [stored, stored], context)
        assert.deepEqual(follower.users.get(key) ?? [], seedsOf(stored), context)

        assert.deepEqual(seedsOf(await store.update(key, change)), seedsOf(change(stored)), context)
        assert.deepEqual(await leftovers(dir, key), [], context)
        assert.deepEqual(await onDisk(dir, 'berta'), record('berta', 9), context)
      }
      await store.close()
    }))
    t.diagnostic(`${faults} faults`)
  })
}
