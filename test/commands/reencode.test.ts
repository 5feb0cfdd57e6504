import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import sharp from 'sharp'
import { onScale } from '../../src/networks/calibration.ts'
import { CALIBRATIONS } from '../../src/networks/calibrations.ts'
import { idOf } from '../../src/networks/catalogue.ts'
import { distanceOf } from '../../src/networks/distance.ts'
import type { UserRecord } from '../../src/store/encoding-store.ts'
import { chipKeyId, imageOfChip, sealChip, unsealChip } from '../../src/store/record/chip.ts'
import { parseDataKeys } from '../../src/store/record/seal.ts'
import { eventually, startApp, temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'
import { filesIn, keyText, openStore } from '../store/helper.ts'
import { onCluster } from '../store/postgres-cluster.ts'
import { runCommand, startCommand } from './helper.ts'

const FR_FEATURE = { INFERENCE_BACKEND: 'onnx', RECOGNITION_NETWORK: 'fr-feature' }
const FACE_API = { INFERENCE_BACKEND: 'onnx', RECOGNITION_NETWORK: 'face-api' }
const FACE_API_ID = idOf('face-api', 'float32')

async function post (app: FastifyInstance, url: string, payload: Buffer): Promise<Record<string, unknown>> {
  return (await app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'image/jpeg' } })).json()
}

const whoIs = async (app: FastifyInstance, photo: Buffer): Promise<unknown> =>
  (await post(app, '/recognize', photo))['user_id']

/** Registers two people, with their faces kept, and a third without; returns their records. */
async function registerThree (t: TestContext, env: Record<string, string>): Promise<Record<string, UserRecord>> {
  const app = await startApp(t, { ...FR_FEATURE, ...env, KEEP_FACE_CHIPS: 'true' })
  await post(app, '/register-face?user_id=1', await portraits.anna())
  await post(app, '/register-face?user_id=Clara', await portraits.clara())
  await app.close()
  const plain = await startApp(t, { ...FR_FEATURE, ...env })
  await post(plain, '/register-face?user_id=3', await portraits.bella())
  const records: Record<string, UserRecord> = {}
  for (const key of ['1', 'Clara', '3']) records[key] = (await plain.encodingStore.get(key))!
  await plain.close()
  return records
}

/** Changes the network while a server runs that uses the new one. */
async function changeNetwork (t: TestContext, place: Record<string, string>): Promise<void> {
  const env = { ...place, FACE_DATA_KEY: keyText() }
  const keys = parseDataKeys(env.FACE_DATA_KEY)
  const before = await registerThree(t, env)
  const hasFace = ({ encodings }: UserRecord): boolean => encodings[0]!.sealedChip !== undefined
  assert.deepEqual(['1', 'Clara', '3'].map((key) => hasFace(before[key]!)), [true, true, false])
  const chip = unsealChip('1', before['1']!.encodings[0]!.sealedChip!, keys)
  const { format, width } = await sharp(imageOfChip(chip)).metadata()
  assert.equal(format, 'jpeg')
  assert.ok(width > 100)

  const server = await startApp(t, { ...FACE_API, ...env })
  const [anna, clara] = [await portraits.annaAgain(), await portraits.clara()]
  assert.equal(await whoIs(server, anna), 'unknown')
  const { code, stdout } = await runCommand(t, ['reencode'], { ...FACE_API, ...env })
  assert.equal(code, 0)
  assert.match(stdout, new RegExp('^3: no face was kept: register again\n' +
    '2 users were encoded by face-api/.*, 2 encodings, .*/s; 0 were already\n1 users have to register again\n$'))
  await eventually(async () => await whoIs(server, anna) === 1)
  assert.equal(await whoIs(server, clara), 'Clara')

  const after = (await server.encodingStore.get('1'))!
  const { sealedChip, ...old } = before['1']!.encodings[0]!
  assert.deepEqual(after.encodings[0], old)
  const { vector, model, ...made } = after.encodings[1]!
  assert.equal(model, FACE_API_ID)
  assert.deepEqual(made, { quality: old.quality, registeredAt: old.registeredAt, sealedChip })
  const again = await startApp(t, FACE_API)
  await post(again, '/register-face?user_id=1', await portraits.anna())
  const own = (await again.encodingStore.get('1'))!.encodings[0]!
  assert.ok(onScale(CALIBRATIONS['face-api/float32/none']!, distanceOf(own.vector, vector)) < 0.04)

  const second = await runCommand(t, ['reencode'], { ...FACE_API, ...env })
  assert.match(second.stdout, /\n0 users were encoded by .*, 0 encodings; 2 were already\n/)
  assert.deepEqual(await server.encodingStore.get('1'), after)
  // And back: the encodings are still there, and the face goes with them again.
  const back = await runCommand(t, ['reencode'], { ...FR_FEATURE, ...env })
  assert.match(back.stdout, /^0 users were encoded by fr-feature.*, 0 encodings; 3 were already\n/)
  const { encodings } = (await server.encodingStore.get('1'))!
  assert.equal(encodings.length, 2)
  assert.deepEqual(encodings[0], before['1']!.encodings[0])
  assert.equal(encodings[1]!.sealedChip, undefined)
}

test('the network is changed while a server runs, with the faces that were kept, in a folder', async (t) => {
  await changeNetwork(t, { FACE_DATA_DIR: await temporaryFolder(t) })
})

await onCluster('changing the network on PostgreSQL', (cluster) => {
  test('the network is changed while a server runs, with the faces that were kept, in PostgreSQL', async (t) => {
    await changeNetwork(t, { DATABASE_URL: await cluster.createDatabase() })
  })
})

test('a second call of reencode goes on where one that was killed stopped, ' +
  'and a face that cannot be read stops nobody else', async (t) => {
  const env = { FACE_DATA_DIR: await temporaryFolder(t), FACE_DATA_KEY: keyText() }
  const keys = parseDataKeys(env.FACE_DATA_KEY)
  const { 1: anna } = await registerThree(t, env)
  const chip = unsealChip('1', anna!.encodings[0]!.sealedChip!, keys)
  const { store } = await openStore(t, { dir: env.FACE_DATA_DIR, keys })
  const users = Array.from({ length: 60 }, (_, i) => `user-${i}`)
  const kept = (userId: string, sealedChip: Uint8Array): UserRecord =>
    ({ ...anna!, userId, encodings: [{ ...anna!.encodings[0]!, sealedChip }] })
  for (const userId of users) await store.update(userId, () => kept(userId, sealChip(userId, chip, keys[0]!)))
  await store.update('not-hers', () => kept('not-hers', sealChip('1', chip, keys[0]!)))
  await store.update('other-key', () => kept('other-key', sealChip('other-key', chip, parseDataKeys(keyText())[0]!)))
  await store.update('no-image', () => kept('no-image', sealChip('no-image', chip.slice(0, 700), keys[0]!)))

  const first = startCommand(t, ['reencode'], { ...FACE_API, ...env })
  await eventually(() => first.stderr().includes(' users, '))
  first.kill()
  const isDone = async (key: string): Promise<boolean> => {
    const record = (await store.get(key))!
    return record.encodings.some(({ model }) => model === FACE_API_ID)
  }
  const done = (await Promise.all(users.map(isDone))).filter(Boolean).length
  t.diagnostic(`killed after ${done} users`)
  assert.ok(done > 0)
  const { stdout } = await runCommand(t, ['reencode'], { ...FACE_API, ...env })
  for (const key of ['not-hers', 'other-key', 'no-image']) {
    assert.match(stdout, new RegExp(`^${key}: the face that was kept cannot be read: register again$`, 'm'))
  }
  const [, encoded, before] = /^(\d+) users were encoded .*; (\d+) were already$/m.exec(stdout)!.map(Number)
  assert.equal(encoded! + before!, users.length + 2)
  assert.ok(before! >= done)
  for (const key of users) {
    const { encodings } = (await store.get(key))!
    assert.equal(encodings.length, 2)
    assert.deepEqual(encodings.map(({ sealedChip }) => sealedChip !== undefined), [false, true])
  }
})

test('a kept face goes with its user: copied, exported and imported, encrypted anew, and erased', async (t) => {
  const dir = await temporaryFolder(t)
  const [old, next] = [keyText(), keyText()]
  const env = { FACE_DATA_DIR: dir, FACE_DATA_KEY: old }
  const { 1: anna, Clara: clara } = await registerThree(t, env)
  const [other, imported] = [await temporaryFolder(t), await temporaryFolder(t)]
  await runCommand(t, ['copy', '--to', other], env)
  const file = join(imported, 'users.ndjson')
  await runCommand(t, ['export', file, '--plain'], env)
  await runCommand(t, ['import', file], { FACE_DATA_DIR: join(imported, 'data'), FACE_DATA_KEY: old })
  for (const place of [other, join(imported, 'data')]) {
    const { store } = await openStore(t, { dir: place, keys: parseDataKeys(old) })
    assert.deepEqual(await store.get('1'), anna, place)
  }

  // What is written with the new key has older faces in it.
  const rotated = { FACE_DATA_DIR: dir, FACE_DATA_KEY: `${next},${old}` }
  const [nextKey, oldKey] = parseDataKeys(rotated.FACE_DATA_KEY)
  const opened = await openStore(t, { dir, keys: [nextKey!, oldKey!] })
  await opened.store.update('1', (present) => ({ ...present!, displayName: 'Anna' }))
  const mixed = await runCommand(t, ['verify'], rotated)
  assert.match(mixed.stdout, new RegExp(`\\nfaces are kept: 2 encrypted with key ${oldKey!.id}\\n`))
  assert.equal((await runCommand(t, ['rekey'], rotated)).code, 0)
  const done = await runCommand(t, ['verify'], { ...env, FACE_DATA_KEY: next })
  assert.equal(done.code, 0)
  assert.match(done.stdout, new RegExp(`\\nfaces are kept: 2 encrypted with key ${nextKey!.id}\\n`))
  const { sealedChip } = (await opened.store.get('Clara'))!.encodings[0]!
  assert.equal(chipKeyId(sealedChip!), nextKey!.id)
  assert.deepEqual(
    Buffer.from(unsealChip('Clara', sealedChip!, [nextKey!])),
    Buffer.from(unsealChip('Clara', clara!.encodings[0]!.sealedChip!, [oldKey!]))
  )
  // Nobody who follows the store gets the faces.
  for (const { record } of opened.follower.changes) {
    for (const encoding of record?.encodings ?? []) assert.equal('sealedChip' in encoding, false)
  }

  await opened.store.erase('1')
  assert.deepEqual((await filesIn(dir)).filter((name) => name.includes('u-1.')), [])
})
