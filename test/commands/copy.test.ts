import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDataKeys } from '../../src/store/data-key.ts'
import { adding, eventually, keyText, openStore, record, temporaryFolder } from '../store/helper.ts'
import { runCommand } from './helper.ts'

test('a copy brings all users to another folder that a server uses, and copying again brings only what changed since', async (t) => {
  const [dir, target] = [await temporaryFolder(t), await temporaryFolder(t)]
  const FACE_DATA_KEY = keyText()
  const from = await openStore(t, { dir, keys: parseDataKeys(FACE_DATA_KEY) })
  const to = await openStore(t, { dir: target, keys: parseDataKeys(FACE_DATA_KEY) })
  for (const id of ['7', 'anna', 'berta']) await from.store.update(id, adding(id, 1))
  await to.store.update('zoe', adding('zoe', 1))
  const copy = async (): Promise<string> => (await runCommand(t, ['copy', '--to', target], { FACE_DATA_DIR: dir, FACE_DATA_KEY })).stdout
  assert.equal(await copy(), '3 users, of which 3 were copied and 0 were there already\n')
  await eventually(() => to.follower.users.size === 4)
  await from.store.update('berta', adding('berta', 2))
  assert.equal(await copy(), '3 users, of which 1 were copied and 2 were there already\n')
  for (const id of ['7', 'anna', 'berta']) assert.deepEqual(await to.store.get(id), await from.store.get(id))
  assert.deepEqual(await to.store.get('berta'), record('berta', 1, 2))
})
