import assert from 'node:assert/strict'
import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createFileStore } from '../../src/store/folder/file-store.ts'
import { faultyFileSystem } from './faulty-file-system.ts'
import { adding, filesIn, openStore, record, startChild, temporaryFolder } from './helper.ts'

const NOBODY = 65_534
const isRoot = process.getuid?.() === 0
const skip = process.getuid ? false : 'the system has no file modes'

interface Outcome {
  opened: { code: string, message: string } | null
  found: number[] | null
  changed: { code: string, message: string } | null
  events: string[]
}

/** What happens to a server that may not write the folders below and including `dir`, or not even read them. */
async function openWithMode (t: TestContext, dir: string, mode: number): Promise<Outcome> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const folders = [
    dir, ...entries.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name))
  ]
  if (isRoot) {
    await chmod(join(dir, '..'), 0o711)
    for (const path of [...folders, ...(await filesIn(dir)).map((name) => join(dir, name))]) {
      await chown(path, NOBODY, NOBODY)
    }
  }
  for (const folder of folders.toReversed()) await chmod(folder, mode)
  const child = startChild(t, 'open-without-root', dir, 'anna', String(NOBODY))
  assert.equal(await child.ended, 0)
  for (const folder of folders) await chmod(folder, 0o700)
  return JSON.parse(child.lines.join('')) as Outcome
}

async function folderOfAnna (t: TestContext): Promise<string> {
  const dir = join(await temporaryFolder(t), 'data')
  const { store } = await openStore(t, { dir })
  await store.update('anna', adding('anna', 1))
  await store.close()
  return dir
}

test('a folder that may only be read is served, changes are refused', { skip }, async (t) => {
  const dir = await folderOfAnna(t)
  const files = await filesIn(dir)
  const { opened, found, changed, events } = await openWithMode(t, dir, 0o555)
  assert.deepEqual({ opened, found, events }, { opened: null, found: [1], events: ['read-only', 'loaded'] })
  assert.equal(changed?.code, 'STORE_UNAVAILABLE')
  assert.deepEqual(await filesIn(dir), files)
})

test('a folder that may not be read is refused, with its name and what to do', { skip }, async (t) => {
  const dir = await folderOfAnna(t)
  const { opened, changed, events } = await openWithMode(t, dir, 0o000)
  assert.equal(opened?.code, 'STORE_UNAVAILABLE')
  assert.ok(opened.message.includes(dir) &&
    /EACCES.*: let the server's user read and write it, or name another folder$/.test(opened.message), opened.message)
  assert.deepEqual([changed, events], [opened, ['read-only']])
})

test('an empty folder that may not be written is refused', { skip }, async (t) => {
  const dir = join(await temporaryFolder(t), 'data')
  await mkdir(dir)
  const { opened } = await openWithMode(t, dir, 0o555)
  assert.equal(opened?.code, 'STORE_UNAVAILABLE')
  assert.deepEqual(await readdir(dir), [])
})

test('on a file system that is read-only users are served, and a change works once it is not any more', async (t) => {
  const dir = await folderOfAnna(t)
  let readOnly = true
  const { fs } = faultyFileSystem((call, _, args) => (
    readOnly &&
      (['mkdir', 'rename', 'unlink'].includes(call) || (call === 'open' && args[1] === 'wx'))
      ? 'EROFS'
      : undefined
  ))
  const { store, events } = await openStore(t, { dir, fs })
  assert.deepEqual(events.map(({ type }) => type), ['read-only', 'loaded'])
  assert.deepEqual(await store.get('anna'), record('anna', 1))
  await assert.rejects(store.update('anna', adding('anna', 2)), { code: 'STORE_UNAVAILABLE' })
  readOnly = false
  assert.deepEqual(await store.update('anna', adding('anna', 2)), record('anna', 1, 2))
})

test('a file in the place of the folder, or above it, is refused and stays as it is', async (t) => {
  const file = join(await temporaryFolder(t), 'file')
  await writeFile(file, 'content')
  for (const dir of [file, join(file, 'data')]) {
    const store = createFileStore({ dir })
    const refused = {
      code: 'STORE_UNAVAILABLE',
      message: new RegExp(`^The face data folder ${dir} cannot be used \\(ENOTDIR.*\\): let `)
    }
    await assert.rejects(store.open(), refused)
    await assert.rejects(store.get('anna'), refused)
    await assert.rejects(store.update('anna', adding('anna', 1)), refused)
    await store.close()
    assert.equal(await readFile(file, 'utf8'), 'content')
  }
})

test('a folder that is missing is made, with those above it', async (t) => {
  const dir = join(await temporaryFolder(t), 'a', 'b', 'c')
  const { store, events } = await openStore(t, { dir })
  await store.update('anna', adding('anna', 1))
  assert.deepEqual((await readdir(dir)).sort(), ['locks', 'quarantine', 'users'])
  assert.deepEqual(events.map(({ type }) => type), ['loaded'])
})
