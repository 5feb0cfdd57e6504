import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { copyFile, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { dataFolder } from '../../src/store/folder/layout.ts'
import { sealedWith } from '../../src/store/record/seal.ts'
import { faultyFileSystem } from './faulty-file-system.ts'
import {
  adding, eventually, filesIn, keyText, newKeys, openStore, record, seen, startChild, memoryFolder, WATCH_MODES
} from './helper.ts'

const isPlain = (path: string): boolean => readFileSync(path, 'latin1').includes('"user_id"')

test('with a key nothing on the disk can be read without it, not even a temporary file', async (t) => {
  const dir = await memoryFolder(t)
  const temps: boolean[] = []
  // The rename is the moment at which the temporary file is complete.
  const { fs } = faultyFileSystem((call, _, [from]) => {
    if (call === 'rename') temps.push(isPlain(String(from)))
    return undefined
  })
  const { store } = await openStore(t, { dir, keys: newKeys(), fs })
  for (const key of ['anna', 'berta']) await store.update(key, adding(key, 1))
  await store.update('anna', adding('anna', 2))
  assert.deepEqual(temps, [false, false, false])
  for (const file of await filesIn(dir)) assert.equal(isPlain(join(dir, file)), false, file)
})

test('a writer that is killed leaves only what is encrypted', async (t) => {
  const dir = await memoryFolder(t)
  const child = startChild(t, 'write-until-killed', dir, '1', keyText())
  await eventually(() => child.lines.length > 300)
  child.kill()
  await child.ended
  const files = (await filesIn(dir)).filter((file) => file.startsWith('users'))
  assert.ok(files.length > 5)
  for (const file of files) assert.equal(isPlain(join(dir, file)), false, file)
})

test('files from before there was a key are served, and encrypted when they change', async (t) => {
  const dir = await memoryFolder(t)
  const before = await openStore(t, { dir })
  for (const key of ['anna', 'berta']) await before.store.update(key, adding(key, 1))
  await before.store.close()
  const { store, follower, events } = await openStore(t, { dir, keys: newKeys() })
  assert.deepEqual([...follower.users.keys()].sort(), ['anna', 'berta'])
  await store.update('anna', adding('anna', 2))
  const { userPath } = dataFolder(dir)
  assert.deepEqual([isPlain(userPath('anna')), isPlain(userPath('berta'))], [false, true])
  assert.deepEqual(events.map(({ type }) => type), ['loaded'])
})

test('a start without the key, or with a wrong one, is refused and leaves everything where it was', async (t) => {
  const dir = await memoryFolder(t)
  const [right, wrong] = [newKeys(), newKeys()]
  const { store } = await openStore(t, { dir, keys: right })
  for (let id = 0; id < 20; id++) await store.update(String(id), adding(id, id))
  await store.close()
  const files = await filesIn(dir)
  for (const keys of [[], wrong]) {
    await assert.rejects(openStore(t, { dir, keys }), {
      code: 'STORE_UNAVAILABLE',
      message: new RegExp(`^users/.+\\.face is encrypted with key ${right[0]?.id}, which FACE_DATA_KEY does ` +
        'not have: set FACE_DATA_KEY')
    })
    assert.deepEqual(await filesIn(dir), files)
  }
  assert.equal((await openStore(t, { dir, keys: [...wrong, ...right] })).follower.users.size, 20)
})

for (const [mode, options] of WATCH_MODES) {
  test(`${mode}: a running server keeps what it knew of users whose file has an unknown key, says ` +
    'so once, and touches nothing', async (t) => {
    const dir = await memoryFolder(t)
    const [old, next] = newKeys(2) as [ReturnType<typeof newKeys>[0], ReturnType<typeof newKeys>[0]]
    const behind = await openStore(t, { dir, keys: [old], ...options })
    const ahead = await openStore(t, { dir, keys: [next, old], ...options })
    for (const key of ['anna', 'berta', 'carla']) await behind.store.update(key, adding(key, 1))
    await seen(ahead.follower, 'carla', [1])
    for (const key of ['anna', 'berta']) await ahead.store.update(key, adding(key, 2))
    await eventually(() => behind.events.some(({ type }) => type === 'unknown-key'))

    assert.deepEqual(await behind.store.update('carla', adding('carla', 2)), record('carla', 1, 2))
    for (const change of [adding('anna', 3), () => null]) {
      await assert.rejects(behind.store.update('anna', change), { code: 'STORE_UNAVAILABLE' })
    }
    await assert.rejects(behind.store.get('anna'), { code: 'STORE_UNAVAILABLE' })
    await seen(ahead.follower, 'carla', [1, 2])
    assert.deepEqual([...behind.follower.users].sort(), [['anna', [1]], ['berta', [1]], ['carla', [1, 2]]])
    assert.equal(behind.events.filter(({ type }) => type === 'unknown-key').length, 1)
    assert.ok(behind.events.every(({ type }) => ['loaded', 'polling', 'unknown-key'].includes(type)))
    assert.equal(sealedWith(await readFile(dataFolder(dir).userPath('anna'))), next.id)
    assert.deepEqual(await ahead.store.get('anna'), record('anna', 1, 2))
  })
}

test('a file that was put in the place of another user\'s is set aside', async (t) => {
  const dir = await memoryFolder(t)
  const { store, follower, events } = await openStore(t, { dir, keys: newKeys() })
  for (const key of ['anna', 'berta']) await store.update(key, adding(key, 1))
  const { userPath } = dataFolder(dir)
  await copyFile(userPath('anna'), join(dir, 'copy'))
  await rename(join(dir, 'copy'), userPath('berta'))
  await eventually(() => !follower.users.has('berta'))
  assert.deepEqual(events.flatMap((event) => event.type === 'quarantined' ? [event.reason] : []), [
    'not sealed for this user'
  ])
  assert.deepEqual(follower.users.get('anna'), [1])
})
