import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFolderDocuments } from '../../src/store/documents/folder-documents.ts'
import { parseDataKeys } from '../../src/store/record/seal.ts'
import { adding, eventually, keyText, openStore, record, temporaryFolder } from '../store/helper.ts'
import { onCluster } from '../store/postgres-cluster.ts'
import { openPostgresStore } from '../store/postgres-helper.ts'
import { runCommand } from './helper.ts'

test('a copy brings all users to another folder that a server uses, and copying again ' +
  'brings only what changed since', async (t) => {
  const [dir, target] = [await temporaryFolder(t), await temporaryFolder(t)]
  const FACE_DATA_KEY = keyText()
  const from = await openStore(t, { dir, keys: parseDataKeys(FACE_DATA_KEY) })
  const to = await openStore(t, { dir: target, keys: parseDataKeys(FACE_DATA_KEY) })
  for (const id of ['7', 'anna', 'berta']) await from.store.update(id, adding(id, 1))
  await to.store.update('zoe', adding('zoe', 1))
  const copy = async (): Promise<string> =>
    (await runCommand(t, ['copy', '--to', target], { FACE_DATA_DIR: dir, FACE_DATA_KEY })).stdout
  assert.equal(await copy(), '3 users, of which 3 were copied and 0 were there already\n')
  await eventually(() => to.follower.users.size === 4)
  await from.store.update('berta', adding('berta', 2))
  assert.equal(await copy(), '3 users, of which 1 were copied and 2 were there already\n')
  for (const id of ['7', 'anna', 'berta']) assert.deepEqual(await to.store.get(id), await from.store.get(id))
  assert.deepEqual(await to.store.get('berta'), record('berta', 1, 2))
})

await onCluster('copying to PostgreSQL', (cluster) => {
  test('a copy brings all users from an encrypted folder to a database that a server uses, and back', async (t) => {
    const [dir, back, url] = [await temporaryFolder(t), await temporaryFolder(t), await cluster.createDatabase()]
    const FACE_DATA_KEY = keyText()
    const from = await openStore(t, { dir, keys: parseDataKeys(FACE_DATA_KEY) })
    const to = await openPostgresStore(t, url, parseDataKeys(FACE_DATA_KEY))
    const ids = ['7', 'anna', 'Anna']
    const documents = createFolderDocuments({ dir, keys: parseDataKeys(FACE_DATA_KEY) })
    t.after(() => documents.close())
    await documents.open()
    await documents.update('keys', 'a', () => ({ name: 'door' }))
    for (const id of ids) await from.store.update(id, adding(id, 1))
    const { code, stdout, stderr } = await runCommand(t, ['copy', '--to', url], { FACE_DATA_DIR: dir, FACE_DATA_KEY })
    assert.deepEqual([code, stdout], [
      0, '3 users, of which 3 were copied and 0 were there already\n' +
        '1 documents, of which 1 were copied and 0 were there already\n'
    ], stderr)
    await eventually(() => to.follower.users.size === 3)
    assert.equal((await runCommand(t, ['copy', '--to', back], { DATABASE_URL: url, FACE_DATA_KEY })).code, 0)
    const restored = await openStore(t, { dir: back, keys: parseDataKeys(FACE_DATA_KEY) })
    for (const id of ids) assert.deepEqual(await restored.store.get(id), await from.store.get(id))
    const copied = createFolderDocuments({ dir: back, keys: parseDataKeys(FACE_DATA_KEY) })
    t.after(() => copied.close())
    await copied.open()
    assert.deepEqual(copied.get('keys', 'a'), { name: 'door' })
  })
})
