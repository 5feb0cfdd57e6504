import assert from 'node:assert/strict'
import { readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createBackups } from '../../src/backup/backups.ts'
import { drill } from '../../src/backup/drill.ts'
import { createStoredUsers } from '../../src/store/create-store.ts'
import { createFolderDocuments } from '../../src/store/documents/folder-documents.ts'
import { parseDataKeys } from '../../src/store/record/seal.ts'
import { loadConfig } from '../../src/config.ts'
import { eventually, startApp, temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'
import { adding, filesIn, keyText, openStore, record } from '../store/helper.ts'
import { runCommand } from '../commands/helper.ts'

const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='

async function filled (t: TestContext) {
  const [dir, backups] = [await temporaryFolder(t), await temporaryFolder(t)]
  const FACE_DATA_KEY = keyText()
  const keys = parseDataKeys(FACE_DATA_KEY)
  const env = { FACE_DATA_DIR: dir, BACKUP_DIR: backups, BACKUP_KEEP: '2', FACE_DATA_KEY }
  const { store } = await openStore(t, { dir, keys })
  for (let id = 0; id < 40; id++) await store.update(String(id), () => record(id, id, id + 100))
  await store.update('Anna@work', adding('Anna@work', 7))
  const documents = createFolderDocuments({ dir, keys })
  t.after(() => documents.close())
  await documents.open()
  await documents.update('keys', 'k1', () => ({ role: 'kiosk' }))
  await documents.update('sessions', 's1', () => ({ at: 1 }))
  return { dir, backups, keys, env, store, documents, stored: createStoredUsers(loadConfig(env)) }
}

test('a backup is restored as it was, keys included and sessions not; damage and a wrong key are told', async (t) => {
  const { backups: dir, keys, documents, stored, store } = await filled(t)
  const backups = createBackups({ dir, keep: 2, keys, stored, documents })
  const made = await backups.make()
  assert.deepEqual([made.users, made.unreadable, made.documents], [41, 0, 1])
  assert.doesNotMatch(await readFile(made.path, 'utf8'), /vector|kiosk|"model"/)

  await store.update('later', adding('later', 9))
  await store.erase('0')
  assert.deepEqual(await drill(made.path, keys, stored), {
    users: 41, encodings: 81, documents: 1, different: [], current: 40, missing: 1
  })
  await assert.rejects(drill(made.path, parseDataKeys(keyText()), stored), /encrypted with key [0-9a-f]{16}, which/)
  const whole = await readFile(made.path)
  await truncate(made.path, whole.length - 200)
  await assert.rejects(drill(made.path, keys, stored), { name: 'ExportError' })
  const edited = Buffer.from(whole)
  edited[whole.length >> 1]! ^= 1
  await writeFile(made.path, edited)
  await assert.rejects(drill(made.path, keys, stored), { name: 'ExportError' })
})

test('the newest backups are kept, and what a process left unfinished goes after a day', async (t) => {
  const { backups: dir, keys, documents, stored } = await filled(t)
  const backups = createBackups({ dir, keep: 2, keys, stored, documents })
  const paths = [await backups.make(), await backups.make(), await backups.make()].map(({ path }) => path)
  const temp = `${paths[0]}.01234567.tmp`
  for (const [path, days] of [[temp, 2], [`${paths[1]}.01234567.tmp`, 0]] as const) {
    await writeFile(path, '')
    const at = new Date(Date.now() - days * 86_400_000)
    await utimes(path, at, at)
  }
  await writeFile(join(dir, 'somebody else\'s.ndjson'), '')
  assert.equal(await backups.prune(), 1)
  assert.deepEqual(await backups.list(), paths.slice(1))
  assert.equal((await readdir(dir)).length, 4)
  assert.ok(Date.now() - (await backups.newestAt())! < 60_000)
})

test('of servers that share the data one makes the backup, and says when none is made', async (t) => {
  const { dir, backups: BACKUP_DIR, env } = await filled(t)
  const apps = await Promise.all([startApp(t, env), startApp(t, env), startApp(t, env)])
  const names = await eventually(async () => {
    const found = (await readdir(BACKUP_DIR)).filter((name) => name.endsWith('.ndjson'))
    return found.length > 0 && found
  })
  await Promise.all(apps.map((app) => app.close()))
  assert.deepEqual(await readdir(BACKUP_DIR), names)
  assert.equal(names.length, 1)

  // The next start finds it fresh. There are keys, so that it asks for one.
  const app = await startApp(t, { ...env, ADMIN_KEY })
  const metrics = async (): Promise<string> => (
    await app.inject({ url: '/metrics', headers: { authorization: `Bearer ${ADMIN_KEY}` } })
  ).body
  assert.match(await metrics(), /^face_backup_overdue 0$/m)
  const path = join(BACKUP_DIR, names[0]!)
  const old = new Date(Date.now() - 49 * 3_600_000)
  await utimes(path, old, old)
  assert.match(await metrics(), /^face_backup_overdue 1$/m)
  assert.ok((await filesIn(join(dir, 'audit'))).length > 0)
})

test('commands make a backup, try it out, and delete again whom a restore has brought back', async (t) => {
  const FACE_DATA_KEY = keyText()
  const [dir, BACKUP_DIR] = [await temporaryFolder(t), await temporaryFolder(t)]
  const env = { FACE_DATA_DIR: dir, BACKUP_DIR, FACE_DATA_KEY }
  const app = await startApp(t, { FACE_DATA_DIR: dir, FACE_DATA_KEY })
  for (const [id, photo] of [['anna', await portraits.anna()], ['bella', await portraits.bella()]] as const) {
    const headers = { 'content-type': 'image/jpeg' }
    await app.inject({ method: 'POST', url: `/register-face?user_id=${id}`, payload: photo, headers })
  }
  const backup = await runCommand(t, ['backup'], env)
  assert.deepEqual([backup.code, backup.stderr], [0, ''])
  assert.match(backup.stdout, /^2 users and \d documents saved in .*faces-\d{8}T\d{9}Z.ndjson, encrypted; 0 old /)
  const drilled = await runCommand(t, ['drill'], env)
  assert.match(drilled.stdout, /ndjson, 0.0 hours old: 2 users with 2 encodings and .* 0 differ\n2 of the 2 users/)

  assert.equal((await app.inject({ method: 'DELETE', url: '/face/bella' })).statusCode, 200)
  await app.close()
  const [name = ''] = await readdir(BACKUP_DIR)
  const restored = await runCommand(t, ['import', join(BACKUP_DIR, name)], env)
  assert.match(restored.stdout, /^1 of 2 users imported/)
  assert.equal((await runCommand(t, ['redelete'], env)).stdout, '1 of 2 users deleted, who had been deleted before\n')
  const other = await startApp(t, { FACE_DATA_DIR: dir, FACE_DATA_KEY })
  assert.equal(await other.encodingStore.get('bella'), null)
  assert.ok(await other.encodingStore.get('anna'))
  // A new registration has a new salt.
  const headers = { 'content-type': 'image/jpeg' }
  const payload = await portraits.bella()
  await other.inject({ method: 'POST', url: '/register-face?user_id=bella', payload, headers })
  assert.equal((await runCommand(t, ['redelete'], env)).stdout, '0 of 2 users deleted, who had been deleted before\n')

  const without = await runCommand(t, ['backup'], { FACE_DATA_DIR: dir })
  assert.deepEqual([without.code, without.stderr], [1, 'BACKUP_DIR is not set\n'])
  const plain = await runCommand(t, ['backup'], { FACE_DATA_DIR: dir, BACKUP_DIR })
  assert.match(plain.stderr, /^BACKUP_DIR needs FACE_DATA_KEY, too/)
})
