import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { dataFolder } from '../../src/store/data-folder.ts'
import { parseDataKeys } from '../../src/store/data-key.ts'
import { adding, filesIn, keyText, openStore, temporaryFolder } from '../store/helper.ts'
import { runCommand } from './helper.ts'

test('intact files are counted, damaged ones are named and end it with code 1, and nothing is moved', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const FACE_DATA_KEY = keyText()
  const [key] = parseDataKeys(FACE_DATA_KEY)
  const plain = await openStore(t, { dir: FACE_DATA_DIR })
  await plain.store.update('7', adding(7, 1))
  await plain.store.close()
  const { store } = await openStore(t, { dir: FACE_DATA_DIR, keys: [key!] })
  for (const id of ['anna', 'berta', 'carla']) for (const seed of [1, 2]) await store.update(id, adding(id, seed))
  await store.close()
  assert.deepEqual(await runCommand(t, ['verify'], { FACE_DATA_DIR, FACE_DATA_KEY }), {
    code: 0,
    stderr: '',
    stdout: `4 users with 7 encodings are intact: 1 not encrypted, 3 encrypted with key ${key?.id}\n` +
      '0 files are damaged or cannot be read, 0 are in the quarantine\n'
  })

  const { userPath, nameOf } = dataFolder(FACE_DATA_DIR)
  const bytes = await readFile(userPath('anna'))
  bytes[200] = bytes[200]! ^ 1
  await writeFile(userPath('anna'), bytes)
  await writeFile(userPath('berta'), await readFile(userPath('carla')))
  const files = await filesIn(FACE_DATA_DIR)
  const damaged = await runCommand(t, ['verify'], { FACE_DATA_DIR, FACE_DATA_KEY })
  assert.equal(damaged.code, 1)
  assert.deepEqual(damaged.stdout.split('\n').slice(0, 2).sort(), [
    `${nameOf(userPath('anna'))}: checksum mismatch`, `${nameOf(userPath('berta'))}: not sealed for this user`
  ].sort())
  assert.match(damaged.stdout, /\n2 users with 3 encodings are intact: .*\n2 files are damaged/)
  const keyless = await runCommand(t, ['verify'], { FACE_DATA_DIR })
  assert.equal(keyless.code, 1)
  assert.match(keyless.stdout, /\n1 users with 1 encodings are intact: 1 not encrypted\n3 files are damaged or cannot be read/)
  assert.deepEqual(await filesIn(FACE_DATA_DIR), files)
})
