import assert from 'node:assert/strict'
import { appendFile, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { dataFolder, userFileName } from '../../src/store/folder/layout.ts'
import { isQuarantinedOf } from '../../src/store/folder/quarantine.ts'
import { faultyFileSystem } from './faulty-file-system.ts'
import { adding, encoding, eventually, filesIn, openStore, memoryFolder } from './helper.ts'

/** Too odd to be part of anything else by chance. */
const KEY = 'Anna.Erased@example.org'

/** Files that hold one of these vectors, as text or as bytes, or name the user. */
async function traces (dir: string, ...seeds: number[]): Promise<string[]> {
  const vectors = seeds.map((seed) => Buffer.from(encoding(seed).vector.buffer))
  const marks = [KEY, userFileName(KEY), ...vectors, ...vectors.map((vector) => vector.toString('base64'))]
  const found: string[] = []
  for (const name of await filesIn(dir)) {
    const bytes = Buffer.concat([Buffer.from(name), await readFile(join(dir, name))])
    if (marks.some((mark) => bytes.includes(mark))) found.push(name)
  }
  return found
}

test('a deleted user leaves neither a vector nor the id in any file', async (t) => {
  const dir = await memoryFolder(t)
  const { store } = await openStore(t, { dir })
  await store.update('berta', adding('berta', 9))
  await store.update(KEY, adding(KEY, 1))
  await store.update(KEY, adding(KEY, 2))
  assert.equal((await traces(dir, 1, 2)).length, 1)
  await store.update(KEY, () => null)
  assert.deepEqual(await traces(dir, 1, 2), [])
  assert.equal((await traces(dir, 9)).length, 1)
})

test('deleting also removes what a killed writer left, and damaged files that were set aside', async (t) => {
  const dir = await memoryFolder(t)
  const { tempPath, userPath, quarantine } = dataFolder(dir)
  const { store } = await openStore(t, { dir })
  // The files of the other two are named alike, and stay.
  const keys = ['anna', 'anna.face', 'Anna']
  for (const [seed, key] of keys.entries()) {
    await store.update(key, adding(key, seed))
    await appendFile(userPath(key), 'damage')
  }
  await eventually(async () => await store.damaged() === 3)
  await store.update('anna', adding('anna', 4))
  await copyFile(userPath('anna'), tempPath('anna'))
  assert.equal((await traces(dir, 0, 4)).length, 3)

  await store.update('anna', () => null)
  assert.deepEqual(await traces(dir, 0, 4), [])
  const names = await filesIn(quarantine)
  assert.deepEqual(keys.map((key) => names.filter((name) => isQuarantinedOf(key, name)).length), [0, 1, 1])
})

test('deleting somebody whose file was set aside and who is not registered any more removes that file', async (t) => {
  const dir = await memoryFolder(t)
  const { store } = await openStore(t, { dir })
  await store.update(KEY, adding(KEY, 1))
  await appendFile(dataFolder(dir).userPath(KEY), 'damage')
  assert.equal(await store.update(KEY, () => null), null)
  assert.deepEqual(await filesIn(dir), [])
})

test('a deletion that failed can be repeated until nothing is left', async (t) => {
  const dir = await memoryFolder(t)
  const { userPath } = dataFolder(dir)
  let failing = ''
  const { fs } = faultyFileSystem((call) => call === failing ? 'EIO' : undefined)
  const { store } = await openStore(t, { dir, fs })
  await store.update(KEY, adding(KEY, 1))
  await appendFile(userPath(KEY), 'damage')
  await eventually(async () => await store.damaged() === 1)
  await store.update(KEY, adding(KEY, 2))
  for (failing of ['readdir', 'unlink', 'file.sync']) {
    await assert.rejects(store.update(KEY, () => null), { code: 'STORE_UNAVAILABLE' })
  }
  failing = ''
  await store.update(KEY, () => null)
  assert.deepEqual(await filesIn(dir), [])
})

test('a folder that lay in the place of a user file is set aside, not emptied', async (t) => {
  const dir = await memoryFolder(t)
  const { quarantine, userPath } = dataFolder(dir)
  const { store } = await openStore(t, { dir })
  await mkdir(userPath(KEY))
  await writeFile(join(userPath(KEY), 'notes'), 'not ours')
  await eventually(async () => await store.damaged() === 1)
  await store.update(KEY, () => null)
  const [name = '', ...others] = await filesIn(quarantine)
  assert.deepEqual(others, [])
  assert.equal(await readFile(join(quarantine, name), 'utf8'), 'not ours')
})
