import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, adding, filesIn, openStore, record, memoryFolder } from './helper.ts'
import { faultyFileSystem } from './faulty-file-system.ts'

/** What a full disk or a read-only file system refuses; removing files works on the former. */
const CHANGES = ['open', 'file.writeFile', 'mkdir', 'rename']
const CASES = [
  { code: 'ENOSPC', refused: CHANGES, expected: 'STORE_FULL' },
  { code: 'EDQUOT', refused: ['file.writeFile'], expected: 'STORE_FULL' },
  { code: 'EROFS', refused: [...CHANGES, 'unlink'], expected: 'STORE_UNAVAILABLE' }
]

/** Whether the call would change anything: opening to read always works. */
function changes (call: string, args: unknown[]): boolean {
  return call !== 'open' || args[1] === 'wx'
}

for (const { code, refused, expected } of CASES) {
  test(`while every change fails with ${code} users are served and changes refused, and all ` +
    'goes on when it is over', async (t) => {
    const dir = await memoryFolder(t)
    const other = await openStore(t, { dir })
    await other.store.update('anna', adding('anna', 1))

    let failing = true
    const { fs } =
      faultyFileSystem((call, _, args) => failing && refused.includes(call) && changes(call, args) ? code : undefined)
    const { store, follower } = await openStore(t, { dir, fs })
    const before = await filesIn(dir)
    for (let turn = 0; turn < 5; turn++) {
      await assert.rejects(store.update('anna', adding('anna', 2)), { code: expected })
      await assert.rejects(store.update('berta', adding('berta', 3)), { code: expected })
    }
    assert.deepEqual(await filesIn(dir), before)
    assert.deepEqual([...follower.users], [['anna', [1]]])
    assert.deepEqual(await store.get('anna'), record('anna', 1))

    // Nor does it keep the store from seeing what others, who are better off, do.
    await other.store.update('carla', adding('carla', 4))
    await eventually(() => follower.users.has('carla'))

    failing = false
    await store.update('anna', adding('anna', 2))
    await store.update('berta', adding('berta', 3))
    await eventually(() => other.follower.users.size === 3 && other.follower.users.get('anna')?.length === 2)
    assert.ok((await filesIn(dir)).every((name) => name.endsWith('.face')))
  })
}
