import assert from 'node:assert/strict'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFolderDocuments } from '../../src/store/documents/folder-documents.ts'
import { dataFolder } from '../../src/store/folder/layout.ts'
import { DEFAULT_NETWORK, idOf } from '../../src/networks/catalogue.ts'
import { parseDataKeys } from '../../src/store/record/seal.ts'
import type { UserRecord } from '../../src/store/encoding-store.ts'
import { startServer } from '../process/server-process.ts'
import { adding, filesIn, keyText, openStore, record, temporaryFolder } from '../store/helper.ts'
import { onCluster, queryOnce } from '../store/postgres-cluster.ts'
import { openPostgresStore } from '../store/postgres-helper.ts'
import { runCommand, type Outcome } from './helper.ts'

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
      '0 records are damaged or cannot be read, 0 are in the quarantine\n'
  })

  const { userPath, nameOf } = dataFolder(FACE_DATA_DIR)
  const bytes = await readFile(userPath('anna'))
  bytes[200] = bytes[200]! ^ 1
  await writeFile(userPath('anna'), bytes)
  await writeFile(userPath('berta'), await readFile(userPath('carla')))
  const files = await filesIn(FACE_DATA_DIR)
  const [damaged, keyless] = await Promise.all([
    runCommand(t, ['verify'], { FACE_DATA_DIR, FACE_DATA_KEY }), runCommand(t, ['verify'], { FACE_DATA_DIR })
  ])
  assert.equal(damaged.code, 1)
  assert.deepEqual(damaged.stdout.split('\n').slice(0, 2).sort(), [
    `${nameOf(userPath('anna'))}: checksum mismatch`, `${nameOf(userPath('berta'))}: not sealed for this user`
  ].sort())
  assert.match(damaged.stdout, /\n2 users with 3 encodings are intact: .*\n2 records are damaged/)
  assert.equal(keyless.code, 1)
  assert.match(
    keyless.stdout, /\n1 users with 1 encodings are intact: 1 not encrypted\n3 records are damaged or cannot be read/
  )
  assert.deepEqual(await filesIn(FACE_DATA_DIR), files)
})

test('documents beside the users are checked, too', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const { store } = await openStore(t, { dir: FACE_DATA_DIR })
  await store.update('anna', adding('anna', 1))
  const documents = createFolderDocuments({ dir: FACE_DATA_DIR, keys: parseDataKeys(keyText()) })
  await documents.open()
  await documents.update('keys', 'a', () => ({ name: 'door' }))
  await documents.close()
  const keyless = await runCommand(t, ['verify'], { FACE_DATA_DIR })
  assert.equal(keyless.code, 1)
  assert.match(keyless.stdout, /^documents\/keys\/a\.face: encrypted with key .*\n1 users with 1 encodings are intact/)
  await rm(join(dataFolder(FACE_DATA_DIR).documents, 'keys', 'a.face'))
  const plain = createFolderDocuments({ dir: FACE_DATA_DIR })
  await plain.open()
  for (const id of ['a', 'b']) await plain.update('keys', id, () => ({ name: 'door' }))
  await plain.close()
  assert.match((await runCommand(t, ['verify'], { FACE_DATA_DIR })).stdout, /quarantine\n2 documents are intact\n$/)
  await writeFile(join(dataFolder(FACE_DATA_DIR).documents, 'keys', 'b.face'), 'damage')
  const damaged = await runCommand(t, ['verify'], { FACE_DATA_DIR })
  assert.equal(damaged.code, 1)
  assert.match(damaged.stdout, /^documents\/keys\/b\.face: no valid header\n[^]*\n1 documents are intact\n$/)
})

/** A user whose encodings are of the server's network, so that it has them in memory. */
function enrolled (userId: string, ...seeds: number[]): UserRecord {
  const user = record(userId, ...seeds)
  return { ...user, encodings: user.encodings.map((one) => ({ ...one, model: idOf(DEFAULT_NETWORK, 'float32') })) }
}

test('a server is asked whether it has what is stored in memory', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const { store } = await openStore(t, { dir: FACE_DATA_DIR })
  for (const id of ['anna', 'berta']) await store.update(id, () => enrolled(id, 1, 2))
  const other = await temporaryFolder(t)
  await cp(FACE_DATA_DIR, other, { recursive: true })
  // The same numbers of users and encodings, but another encoding.
  const elsewhere = await openStore(t, { dir: other })
  await elsewhere.store.update('anna', () => enrolled('anna', 1, 3))
  const { url } = await startServer(t, { FACE_DATA_DIR })
  const asked = [[url, FACE_DATA_DIR], [url, other], ['http://127.0.0.1:1', FACE_DATA_DIR]]
  const [verified, different, nobody] = await Promise.all(asked.map(
    ([server = '', dir = '']) => runCommand(t, ['verify', '--server', server], { FACE_DATA_DIR: dir })
  )) as [Outcome, Outcome, Outcome]
  assert.deepEqual([verified.code, verified.stderr], [0, ''])
  assert.match(
    verified.stdout, new RegExp(`\n${url} has exactly these in memory: 4 encodings, checksum [0-9a-f]{8}\n$`)
  )

  assert.equal(different.code, 1)
  assert.match(
    different.stderr,
    /has something else in memory: 2 users with 4 encodings, checksum [0-9a-f]{8}; stored are 2 users with 4 encodings/
  )
  assert.deepEqual([nobody.code, nobody.stderr], [1, 'http://127.0.0.1:1: no answer of a face recognition server\n'])
})

await onCluster('verifying PostgreSQL', (cluster) => {
  test('a database without face data, or none at all, is named in one line', async (t) => {
    const url = await cluster.createDatabase()
    const nobody = new URL(url)
    nobody.port = '1'
    for (const [DATABASE_URL, reason] of [
      [url, 'relation "face_users" does not exist'], [nobody.href, 'connect ECONNREFUSED 127.0.0.1:1']
    ] as const) {
      const { host, pathname } = new URL(DATABASE_URL)
      assert.deepEqual(await runCommand(t, ['verify'], { DATABASE_URL }), {
        code: 1,
        stdout: '',
        stderr: `The database ${host}${pathname} cannot be used (${reason}): check DATABASE_URL and the database\n`
      })
    }
  })

  test('rows are encrypted by rekey, verified, and those that are damaged are named', async (t) => {
    const DATABASE_URL = await cluster.createDatabase()
    const FACE_DATA_KEY = keyText()
    const [key] = parseDataKeys(FACE_DATA_KEY)
    const { store } = await openPostgresStore(t, DATABASE_URL)
    for (const id of ['anna', 'berta', 'carla']) await store.update(id, adding(id, 1))
    await store.update('carla', () => null)
    await store.close()
    const env = { DATABASE_URL, FACE_DATA_KEY }
    assert.equal(
      (await runCommand(t, ['rekey'], env)).stdout,
      `2 users are encrypted with key ${key?.id}, of which 2 were not before\n`
    )
    assert.equal(
      (await runCommand(t, ['rekey'], env)).stdout,
      `2 users are encrypted with key ${key?.id}, of which 0 were not before\n`
    )
    assert.deepEqual(await runCommand(t, ['verify'], env), {
      code: 0,
      stderr: '',
      stdout: `2 users with 2 encodings are intact: 2 encrypted with key ${key?.id}\n0 records are damaged or ` +
        'cannot be read, 0 are in the quarantine\n'
    })
    await queryOnce(
      DATABASE_URL, 'UPDATE face_users SET record = overlay(record PLACING \'x\' FROM 200) WHERE key = \'anna\''
    )
    const damaged = await runCommand(t, ['verify'], env)
    assert.equal(damaged.code, 1)
    assert.match(damaged.stdout, /^face_users\/anna: checksum mismatch\n1 users with 1 encodings are intact/)
  })
})

test('users who have one face are found, whoever registered them where', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const { store } = await openStore(t, { dir: FACE_DATA_DIR })
  const near = enrolled('carla', 1)
  near.encodings[0]!.vector[5]! += 0.05
  const users = [enrolled('anna', 1, 2), enrolled('berta', 3), near, enrolled('dora', 4, 5), record('other-network', 1)]
  for (const user of users) await store.update(String(user.userId), () => user)
  const { code, stdout } = await runCommand(t, ['verify', '--duplicates'], { FACE_DATA_DIR })
  assert.equal(code, 1)
  assert.match(stdout, /\nanna and carla: one face, 0\.\d+ apart\npairs of users who have one face: 1\n$/)
  await store.update('carla', () => null)
  const mended = await runCommand(t, ['verify', '--duplicates'], { FACE_DATA_DIR })
  assert.deepEqual([mended.code, mended.stdout.split('\n').at(-2)], [0, 'pairs of users who have one face: 0'])
})
