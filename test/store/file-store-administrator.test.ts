import assert from 'node:assert/strict'
import { copyFile, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { dataFolder } from '../../src/store/folder/layout.ts'
import { adding, eventually, filesIn, openStore, record, seen, temporaryFolder, WATCH_MODES } from './helper.ts'

for (const [mode, options] of WATCH_MODES) {
  test(`${mode}: what an administrator does to the files is followed`, async (t) => {
    const dir = await temporaryFolder(t)
    const { userPath } = dataFolder(dir)
    const aside = join(await temporaryFolder(t), 'aside')
    const { store, follower } = await openStore(t, { dir, ...options })
    await store.update('anna', adding('anna', 1))
    await store.update('berta', adding('berta', 2))

    await copyFile(userPath('anna'), aside)
    await unlink(userPath('anna'))
    await seen(follower, 'anna', [])
    assert.equal(await store.get('anna'), null)
    await copyFile(aside, userPath('anna'))
    await seen(follower, 'anna', [1])
    assert.deepEqual(await store.get('anna'), record('anna', 1))

    // As rsync does it: a name of its own first, which is nobody's.
    await store.update('anna', adding('anna', 3))
    await copyFile(aside, join(dirname(userPath('anna')), '.u-anna.face.Xy1z2A'))
    await rename(join(dirname(userPath('anna')), '.u-anna.face.Xy1z2A'), userPath('anna'))
    await seen(follower, 'anna', [1])

    await rename(userPath('berta'), aside)
    await seen(follower, 'berta', [])
    await rename(aside, userPath('berta'))
    await seen(follower, 'berta', [2])

    await rm(dirname(userPath('anna')), { recursive: true })
    await seen(follower, 'anna', [])
    assert.equal(await store.update('anna', () => null), null)
    await store.update('anna', adding('anna', 4))
    await seen(follower, 'anna', [4])
    assert.deepEqual(await filesIn(dir), ['anna', 'berta'].map((key) => userPath(key).slice(dir.length + 1)).sort())
  })

  test(`${mode}: a file that is renamed to another user is nobody's`, async (t) => {
    const dir = await temporaryFolder(t)
    const { userPath } = dataFolder(dir)
    const { store, follower, events } = await openStore(t, { dir, ...options })
    await store.update('anna', adding('anna', 1))
    await rename(userPath('anna'), userPath('berta'))
    await seen(follower, 'anna', [])
    await eventually(() => events.some(({ type }) => type === 'quarantined'))
    assert.equal(await store.damaged(), 1)
    assert.equal(follower.users.size, 0)
    const found = events.find(({ type }) => type === 'quarantined')
    assert.ok(found?.type === 'quarantined' && found.reason === 'user id is not the one of the file name')
    assert.deepEqual(await filesIn(dir), [found.file])
  })
}

test('with notifications: a file that is written in place, bit by bit, is followed ' +
  'and not taken for damaged', async (t) => {
  const dir = await temporaryFolder(t)
  const { userPath } = dataFolder(dir)
  const { store, follower, events } = await openStore(t, { dir })
  await store.update('anna', adding('anna', 1))
  const bytes = await readFile(userPath('anna'))
  await store.update('anna', () => record('anna', 2))
  for (let length = 0; length <= bytes.length; length += bytes.length / 4) {
    await writeFile(userPath('anna'), bytes.subarray(0, length))
  }
  await seen(follower, 'anna', [1])
  assert.deepEqual(events.map(({ type }) => type), ['loaded'])
})
