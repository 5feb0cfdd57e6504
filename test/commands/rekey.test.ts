import assert from 'node:assert/strict'
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { rekey } from '../../commands/rekey.ts'
import { createFolderDocuments } from '../../src/store/documents/folder-documents.ts'
import { createSightings } from '../../src/recognition/sightings.ts'
import { createFolderSightings } from '../../src/store/sightings/folder-sightings.ts'
import { createPostgresSightings } from '../../src/store/sightings/postgres-sightings.ts'
import { dataFolder } from '../../src/store/folder/layout.ts'
import { type DataKey, isSealed, parseDataKeys, sealedWith } from '../../src/store/record/seal.ts'
import type { EncodingStore, StoredUsers } from '../../src/store/encoding-store.ts'
import { createFileStore } from '../../src/store/folder/file-store.ts'
import { createPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { storedRows } from '../../src/store/postgres/stored-rows.ts'
import { createRecordCodec } from '../../src/store/record/codec.ts'
import { storedFiles } from '../../src/store/folder/read.ts'
import {
  adding, eventually, keyText, newKeys, openStore, record, seedsOf, seen, temporaryFolder, type Follower
} from '../store/helper.ts'
import { onCluster, queryOnce } from '../store/postgres-cluster.ts'
import { openPostgresStore } from '../store/postgres-helper.ts'
import { runCommand, startCommand } from './helper.ts'

const seedsOfKnown = ({ follower }: { follower: Follower }, key: string): string =>
  String(follower.users.get(key) ?? [])

const KEYS = Array.from({ length: 200 }, (_, id) => String(id))

test('the key is changed as docs/storage.md says while servers change users: killed half-way it ' +
  'goes on, and nothing is lost', async (t) => {
  const dir = await temporaryFolder(t)
  const [old, next] = [keyText(), keyText()]
  const { userPath } = dataFolder(dir)
  const idOf = (key: string): string => parseDataKeys(key)[0]!.id
  const before = await openStore(t, { dir, keys: parseDataKeys(old) })
  for (const key of KEYS) await before.store.update(key, () => record(key, 1))
  await before.store.close()

  const server = await openStore(t, { dir, keys: parseDataKeys(`${next},${old}`) })
  const announced = server.follower.changes.length
  const env = { FACE_DATA_DIR: dir, FACE_DATA_KEY: `${next},${old}` }
  const first = startCommand(t, ['rekey'], env)
  await eventually(() => first.stderr().includes('/200 users'), 30_000)
  first.kill()
  const isDone = async (key: string): Promise<boolean> => sealedWith(await readFile(userPath(key))) === idOf(next)
  const done = (await Promise.all(KEYS.map(isDone))).filter(Boolean).length
  assert.ok(done > 0 && done < KEYS.length, `${done}`)

  const busy = KEYS.slice(-20)
  let seed = 1
  const ended = new AbortController()
  const second = runCommand(t, ['rekey'], env).finally(() => ended.abort())
  while (!ended.signal.aborted) {
    seed++
    await Promise.all(busy.map((key) => server.store.update(key, adding(key, seed))))
  }
  const { code, stdout, stderr } = await second
  assert.equal(code, 0, stderr)
  const rewritten =
    /^200 users are encrypted with key [0-9a-f]{16}, of which (\d+) were not before\n$/.exec(stdout)?.[1]
  assert.ok(Number(rewritten) > 0 && Number(rewritten) <= KEYS.length - done, stdout)
  // Encrypting is no change of a user.
  assert.equal(server.follower.changes.length, announced + busy.length * (seed - 1))
  await server.store.close()

  assert.match((await runCommand(t, ['rekey'], env)).stdout, /of which 0 were not before/)
  const after = await openStore(t, { dir, keys: parseDataKeys(next) })
  for (const key of KEYS) {
    const seeds = busy.includes(key) ? Array.from({ length: seed }, (_, i) => i + 1) : [1]
    assert.deepEqual(seedsOf(await after.store.get(key)), seeds)
  }
  t.diagnostic(`killed after ${done} of ${KEYS.length} users; ${busy.length * (seed - 1)} changes meanwhile`)
})

test('files from before there was a key are encrypted, and without a key there is nothing to do it with', async (t) => {
  const dir = await temporaryFolder(t)
  const { store } = await openStore(t, { dir })
  await store.update('anna', adding('anna', 1))
  const documents = createFolderDocuments({ dir })
  await documents.open()
  await documents.update('keys', 'a', () => ({ name: 'door' }))
  await documents.close()
  assert.deepEqual(await runCommand(t, ['rekey'], { FACE_DATA_DIR: dir }), {
    code: 1, stdout: '', stderr: 'rekey needs FACE_DATA_KEY: its first key is the one to encrypt with\n'
  })
  await store.close()
  assert.equal((await runCommand(t, ['rekey'], { FACE_DATA_DIR: dir, FACE_DATA_KEY: keyText() })).code, 0)
  assert.equal(isSealed(await readFile(dataFolder(dir).userPath('anna'))), true)
  assert.equal(isSealed(await readFile(join(dataFolder(dir).documents, 'keys', 'a.face'))), true)
})

/** Where two servers keep their data, and how the commands and a server with these keys get at it. */
interface Place {
  env: Record<string, string>
  start (keys: string): Promise<{ store: EncodingStore, follower: Follower }>
}

/** Replaces the key of two servers by another one. */
async function changeKey (t: TestContext, { env, start }: Place): Promise<void> {
  const [old, next] = [keyText(), keyText()]
  const servers = [await start(old), await start(old)]
  let seed = 0

  /** Each server registers somebody, and knows what the other one registered. */
  async function bothServe (): Promise<void> {
    for (const [index, { store }] of servers.entries()) {
      seed++
      const key = `user-${seed}`
      await store.update(key, adding(key, seed))
      await store.update('anna', adding('anna', seed))
      const other = servers[1 - index]!
      await eventually(() => (
        seedsOfKnown(other, key) === String(seed) && seedsOfKnown(other, 'anna').endsWith(String(seed))
      ))
    }
  }

  await bothServe()
  for (const keys of [`${old},${next}`, `${next},${old}`]) {
    for (const index of [0, 1]) {
      await servers[index]!.store.close()
      servers[index] = await start(keys)
      await bothServe()
    }
  }
  assert.equal((await runCommand(t, ['rekey'], { ...env, FACE_DATA_KEY: `${next},${old}` })).code, 0)
  await bothServe()
  const verified = await runCommand(t, ['verify'], { ...env, FACE_DATA_KEY: `${next},${old}` })
  assert.match(
    verified.stdout, new RegExp(`are intact: ${seed + 1} encrypted with key ${parseDataKeys(next)[0]!.id}\n`)
  )
  for (const index of [0, 1]) {
    await servers[index]!.store.close()
    servers[index] = await start(next)
    await bothServe()
  }
  assert.equal((await servers[0]!.store.get('anna'))?.encodings.length, seed)
}

test('two servers change the key one restart after the other, as docs/storage.md says, ' +
  'and neither misses a change', async (t) => {
  const dir = await temporaryFolder(t)
  await changeKey(t, { env: { FACE_DATA_DIR: dir }, start: (keys) => openStore(t, { dir, keys: parseDataKeys(keys) }) })
})

test('who becomes damaged or is deleted meanwhile is neither encrypted nor erased', async (t) => {
  const dir = await temporaryFolder(t)
  const { store, follower } = await openStore(t, { dir })
  for (const key of ['anna', 'berta', 'carla']) await store.update(key, adding(key, 1))
  const [key] = newKeys() as [DataKey]
  const codec = createRecordCodec([key])
  const files = storedFiles(dir, codec)
  const stored: StoredUsers = {
    ...files,
    async read (key) {
      if (key === 'anna') await appendFile(dataFolder(dir).userPath(key), 'damage')
      if (key === 'berta') await store.update(key, () => null)
      return await files.read(key)
    }
  }
  assert.match(
    await rekey(createFileStore({ dir, keys: [key] }), stored, createSightings(createFolderSightings({ dir })), [key]),
    /^1 users are encrypted with key .*, of which 1 were not before$/
  )
  await seen(follower, 'anna', [])
  assert.equal(await store.damaged(), 1)
})

await onCluster('changing the key on PostgreSQL', (cluster) => {
  test('two servers on a database change the key in the same way', async (t) => {
    const url = await cluster.createDatabase()
    await changeKey(t, { env: { DATABASE_URL: url }, start: (keys) => openPostgresStore(t, url, parseDataKeys(keys)) })
  })

  test('a row that becomes damaged meanwhile is not erased', async (t) => {
    const url = await cluster.createDatabase()
    const { store } = await openPostgresStore(t, url)
    await store.update('anna', adding('anna', 1))
    const [key] = newKeys() as [DataKey]
    const rows = storedRows(url, createRecordCodec([key]))
    t.after(() => rows.close())
    const stored: StoredUsers = {
      ...rows,
      async read (key) {
        await queryOnce(url, 'UPDATE face_users SET record = overlay(record PLACING \'x\' FROM 200)')
        return await rows.read(key)
      }
    }
    const sightings = createSightings(createPostgresSightings({ url }))
    t.after(sightings.close)
    const text = await rekey(createPostgresStore({ url, keys: [key] }), stored, sightings, [key])
    assert.match(text, /^0 users are encrypted/)
    assert.equal((await queryOnce(url, 'SELECT FROM face_users WHERE record IS NOT NULL')).length, 1)
  })
})
