import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolder, syncFolder, writeAtomic } from '../../src/store/folder/atomic-file.ts'
import { nodeFileSystem, toStoreError } from '../../src/store/folder/file-system.ts'
import { faultyFileSystem, systemError } from './faulty-file-system.ts'
import { temporaryFolder } from './helper.ts'

const bytes = Buffer.from('new')

test('a file is replaced as a whole, readable for its owner only, and nothing else is left', async (t) => {
  const dir = await temporaryFolder(t)
  const path = join(dir, 'file')
  for (const content of ['first', 'second']) {
    await writeAtomic(nodeFileSystem, { path, tempPath: join(dir, '.temp'), content: Buffer.from(content) })
    assert.equal(await readFile(path, 'utf8'), content)
  }
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(dir), ['file'])
})

test('a file is synced before it is renamed, and its folder after', async (t) => {
  const dir = await temporaryFolder(t)
  const { fs, calls } = faultyFileSystem(() => undefined)
  await writeAtomic(fs, { path: join(dir, 'file'), tempPath: join(dir, '.temp'), content: bytes })
  assert.deepEqual(calls, [
    'open', 'file.writeFile', 'file.datasync', 'file.close', 'rename', 'open', 'file.sync', 'file.close'
  ])
})

test('whichever system call fails, there is the old content or the new one and no temporary file', async (t) => {
  const dir = await temporaryFolder(t)
  const path = join(dir, 'file')
  const write = { path, tempPath: join(dir, '.temp'), content: bytes }
  const counting = faultyFileSystem(() => undefined)
  await writeAtomic(counting.fs, write)
  const renamed = counting.calls.indexOf('rename')
  for (const code of ['EIO', 'ENOSPC']) {
    for (let failing = 0; failing < counting.calls.length; failing++) {
      await writeFile(path, 'old')
      const { fs } = faultyFileSystem((_, index) => index === failing ? code : undefined)
      await assert.rejects(writeAtomic(fs, write), { code }, counting.calls[failing])
      assert.equal(await readFile(path, 'utf8'), failing > renamed ? 'new' : 'old', counting.calls[failing])
      assert.deepEqual(await readdir(dir), ['file'], counting.calls[failing])
    }
  }
})

test('the first error is reported even if the temporary file cannot be removed', async (t) => {
  const dir = await temporaryFolder(t)
  const { fs } = faultyFileSystem((call) => call === 'rename' ? 'EROFS' : call === 'unlink' ? 'EIO' : undefined)
  await assert.rejects(writeAtomic(fs, { path: join(dir, 'file'), tempPath: join(dir, '.temp'), content: bytes }), {
    code: 'EROFS'
  })
})

test('giving up before the rename leaves the old content', async (t) => {
  const dir = await temporaryFolder(t)
  const path = join(dir, 'file')
  await writeFile(path, 'old')
  const beforeRename = (): void => { throw new Error('too late') }
  await assert.rejects(
    writeAtomic(nodeFileSystem, { path, tempPath: join(dir, '.temp'), content: bytes, beforeRename }),
    { message: 'too late' }
  )
  assert.equal(await readFile(path, 'utf8'), 'old')
  assert.deepEqual(await readdir(dir), ['file'])
})

test('a folder that somebody removed is made again, for the owner only, and each parent is synced', async (t) => {
  const dir = await temporaryFolder(t)
  const path = join(dir, 'a', 'b', 'file')
  const { fs, calls } = faultyFileSystem(() => undefined)
  await writeAtomic(fs, { path, tempPath: join(dir, 'a', 'b', '.temp'), content: bytes })
  assert.equal(await readFile(path, 'utf8'), 'new')
  assert.equal((await stat(join(dir, 'a', 'b'))).mode & 0o777, 0o700)
  assert.equal(calls.filter((call) => call === 'file.sync').length, 3)
})

test('making a folder that is there changes nothing', async (t) => {
  const dir = await temporaryFolder(t)
  await mkdir(join(dir, 'a'), { mode: 0o755 })
  await makeFolder(nodeFileSystem, join(dir, 'a'))
  assert.equal((await stat(join(dir, 'a'))).mode & 0o777, 0o755)
})

test('a file system that cannot sync folders is accepted, a failing one is not', async (t) => {
  const dir = await temporaryFolder(t)
  const failing = (code: string): ReturnType<typeof faultyFileSystem> =>
    faultyFileSystem((call) => call === 'file.sync' ? code : undefined)
  await syncFolder(failing('EINVAL').fs, dir)
  await assert.rejects(syncFolder(failing('EIO').fs, dir), { code: 'EIO' })
})

test('a full disk is told from an unusable one, and from a bug', () => {
  const codeFor = (code: string): unknown => Reflect.get(Object(toStoreError(systemError(code, 'write'))), 'code')
  for (const code of ['ENOSPC', 'EDQUOT']) assert.equal(codeFor(code), 'STORE_FULL')
  for (const code of ['EROFS', 'EACCES', 'EIO', 'ENOTDIR', 'EMFILE', 'ESTALE']) {
    assert.equal(codeFor(code), 'STORE_UNAVAILABLE')
  }
  const bug = new TypeError('bug')
  assert.equal(toStoreError(bug), bug)
})
