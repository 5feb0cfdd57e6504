import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { appendFile, chmod, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { dataFolder } from '../../src/store/folder/layout.ts'
import { faultyFileSystem } from './faulty-file-system.ts'
import { adding, eventually, openStore, temporaryFolder } from './helper.ts'

const skip = process.getuid ? false : 'the system has no file modes'

test('only the server\'s own user may read what the store makes, whatever the umask', { skip }, async (t) => {
  const umask = process.umask(0)
  t.after(() => process.umask(umask))
  const parent = join(await temporaryFolder(t), 'parent')
  const dir = join(parent, 'data')
  const kinds = new Set<string>()
  const { fs } = faultyFileSystem((call) => {
    // At this moment the temporary file and the claim are there, too.
    if (call === 'rename') readdirSync(parent, { recursive: true }).forEach((name) => look(join(parent, String(name))))
    return undefined
  })
  function look (path: string): void {
    const stats = statSync(path)
    assert.equal(stats.mode & 0o777, stats.isDirectory() ? 0o700 : 0o600, path)
    kinds.add(stats.isDirectory()
      ? 'folder'
      : /\.(face|tmp)$/.exec(path)?.[0] ?? (path.includes('quarantine') ? 'quarantined' : 'claim'))
  }

  const { store } = await openStore(t, { dir, fs })
  await store.update('anna', adding('anna', 1))
  await appendFile(dataFolder(dir).userPath('anna'), 'damage')
  await eventually(async () => await store.damaged() === 1)
  await store.update('anna', adding('anna', 2))
  await store.update('anna', adding('anna', 3))
  assert.deepEqual([...kinds].sort(), ['.face', '.tmp', 'claim', 'folder', 'quarantined'])
})

test('the mode that an administrator gave the data folder is kept', { skip }, async (t) => {
  const dir = join(await temporaryFolder(t), 'data')
  await mkdir(dir)
  await chmod(dir, 0o750)
  const { store } = await openStore(t, { dir })
  await store.update('anna', adding('anna', 1))
  assert.equal((await stat(dir)).mode & 0o777, 0o750)
  assert.equal((await stat(join(dir, 'users'))).mode & 0o777, 0o700)
})
