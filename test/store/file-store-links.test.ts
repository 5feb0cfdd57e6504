import assert from 'node:assert/strict'
import { copyFile, readFile, symlink, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { dataFolder, userFolder } from '../../src/store/folder/layout.ts'
import { adding, filesIn, openStore, record, seen, temporaryFolder, WATCH_MODES } from './helper.ts'

/** Users whose files lie in the same sub-folder as anna's. */
const [NEIGHBOUR = '', OTHER = '', NOBODY = ''] =
  Array.from({ length: 5_000 }, (_, id) => `n${id}`).filter((key) => userFolder(key) === userFolder('anna'))

test('a user file may be a link; a change replaces the link, not what it leads to', async (t) => {
  const dir = await temporaryFolder(t)
  const target = join(await temporaryFolder(t), 'target')
  const path = dataFolder(dir).userPath('anna')
  const first = await openStore(t, { dir })
  await first.store.update('anna', adding('anna', 1))
  await first.store.close()
  await copyFile(path, target)
  const bytes = await readFile(target)
  await unlink(path)
  await symlink(target, path)

  const { store, follower } = await openStore(t, { dir })
  assert.deepEqual(follower.users.get('anna'), [1])
  await store.update('anna', adding('anna', 2))
  assert.deepEqual(await store.get('anna'), record('anna', 1, 2))
  await unlink(path)
  await seen(follower, 'anna', [])
  await symlink(target, path)
  await seen(follower, 'anna', [1])
  await store.update('anna', () => null)
  assert.deepEqual([await filesIn(dir), await readFile(target)], [[], bytes])
})

for (const [mode, options] of WATCH_MODES) {
  test(`${mode}: a link that leads nowhere or in a circle is reported or no user, and keeps ` +
    'nobody else from being followed', async (t) => {
    const dir = await temporaryFolder(t)
    const { userPath } = dataFolder(dir)
    const writer = await openStore(t, { dir })
    await writer.store.update(OTHER, adding(OTHER, 1))
    await symlink('u-anna.face', userPath('anna'))
    await symlink('nowhere', userPath(NOBODY))

    const { store, follower, events } = await openStore(t, { dir, ...options })
    assert.ok(events.some((event) => (
      event.type === 'unreadable' && event.file.endsWith('u-anna.face') && /ELOOP/.test(event.reason)
    )))
    await writer.store.update(NEIGHBOUR, adding(NEIGHBOUR, 2))
    await seen(follower, NEIGHBOUR, [2])
    await writer.store.update(OTHER, () => null)
    await seen(follower, OTHER, [])
    assert.equal(await store.get(NOBODY), null)
    await assert.rejects(store.get('anna'), { code: 'STORE_UNAVAILABLE' })
    await assert.rejects(store.update('anna', adding('anna', 1)), { code: 'STORE_UNAVAILABLE' })
    assert.deepEqual([...follower.users], [[NEIGHBOUR, [2]]])
  })
}
