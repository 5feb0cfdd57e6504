import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { runCommand } from '../commands/helper.ts'
import { startApp, temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'

const FACE_API = { RECOGNITION_NETWORK: 'face-api' }

async function post (app: FastifyInstance, url: string, payload: Buffer): Promise<Record<string, unknown>> {
  return (await app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'image/jpeg' } })).json()
}

const toReenrol = async (app: FastifyInstance): Promise<unknown> =>
  (await app.inject('/health')).json<Record<string, unknown>>()['users_to_reenroll']

test('nobody is lost, and no stranger let in, when ENCODING_AUGMENT or ENCODING_ARITHMETIC is switched', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const settings = [
    { ENCODING_AUGMENT: 'flip' }, { ENCODING_ARITHMETIC: 'int8' },
    { ENCODING_ARITHMETIC: 'int8', ENCODING_AUGMENT: 'flip' }, {}
  ]
  const first = await startApp(t, { ...FACE_API, FACE_DATA_DIR })
  await post(first, '/register-face?user_id=1', await portraits.anna())
  await post(first, '/register-face?user_id=2', await portraits.clara())
  await first.close()
  const kinds = new Set<string | undefined>()
  for (const env of settings) {
    const app = await startApp(t, { ...FACE_API, ...env, FACE_DATA_DIR })
    assert.equal(await toReenrol(app), 0)
    assert.equal((await post(app, '/recognize', await portraits.annaAgain()))['user_id'], 1)
    assert.equal((await post(app, '/recognize', await portraits.bella()))['user_id'], 'unknown')
    // A photo of the same kind or not, it must resemble those that the user has, and be nobody else's.
    assert.equal((await post(app, '/register-face?user_id=1', await portraits.bella()))['code'], 'FACE_MISMATCH')
    const refused = await post(app, '/register-face?user_id=3', await portraits.anna())
    assert.equal(refused['code'], 'FACE_ALREADY_REGISTERED')
    assert.equal((await post(app, '/register-face?user_id=1', await portraits.anna()))['success'], true)
    const { model, kind = model } = (await app.encodingStore.get('1'))!.encodings.at(-1)!
    kinds.add(kind)
    await app.close()
  }
  assert.equal(kinds.size, settings.length)
})

test('encodings imported from dlib are searched with every arithmetic and with the mirror average', async (t) => {
  const dir = await temporaryFolder(t)
  // As they come from face_recognition: nothing but the numbers.
  const source = await startApp(t, FACE_API)
  await post(source, '/register-face?user_id=anna', await portraits.anna())
  const { vector } = (await source.encodingStore.get('anna'))!.encodings[0]!
  const file = join(dir, 'users.json')
  await writeFile(file, JSON.stringify({ anna: [...vector] }))
  await source.close()
  for (const env of [{ ENCODING_ARITHMETIC: 'int8' }, { ENCODING_AUGMENT: 'flip' }]) {
    const FACE_DATA_DIR = await temporaryFolder(t)
    assert.equal((await runCommand(t, ['import', file], { ...FACE_API, ...env, FACE_DATA_DIR })).code, 0)
    const app = await startApp(t, { ...FACE_API, ...env, FACE_DATA_DIR })
    assert.equal(await toReenrol(app), 0)
    assert.equal((await post(app, '/recognize', await portraits.annaAgain()))['user_id'], 'anna')
    await app.close()
  }
})

test('who was registered with the network before is recognised until everybody has registered again, ' +
  'and after a rollback', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const before = await startApp(t, { ...FACE_API, FACE_DATA_DIR })
  await post(before, '/register-face?user_id=1', await portraits.anna())
  await post(before, '/register-face?user_id=2', await portraits.clara())
  await before.close()

  const app = await startApp(t, { FACE_DATA_DIR })
  assert.equal(await toReenrol(app), 2)
  assert.equal((await post(app, '/recognize', await portraits.annaAgain()))['user_id'], 1)
  assert.equal((await post(app, '/recognize', await portraits.bella()))['user_id'], 'unknown')
  assert.equal((await post(app, '/register-face?user_id=3', await portraits.anna()))['code'], 'FACE_ALREADY_REGISTERED')
  assert.equal((await post(app, '/register-face?user_id=1', await portraits.bella()))['code'], 'FACE_MISMATCH')

  assert.equal((await post(app, '/register-face?user_id=1', await portraits.anna()))['success'], true)
  assert.equal(await toReenrol(app), 1)
  assert.equal((await post(app, '/recognize', await portraits.annaAgain()))['user_id'], 1)
  assert.equal((await post(app, '/recognize', await portraits.clara()))['user_id'], 2)
  assert.equal((await post(app, '/register-face?user_id=3', await portraits.anna()))['code'], 'FACE_ALREADY_REGISTERED')
  assert.equal((await post(app, '/register-face?user_id=2', await portraits.clara()))['success'], true)
  assert.equal(await toReenrol(app), 0)
  assert.equal((await post(app, '/recognize', await portraits.annaAgain()))['user_id'], 1)
  assert.equal((await post(app, '/recognize', await portraits.bella()))['user_id'], 'unknown')
  await app.close()

  const back = await startApp(t, { ...FACE_API, FACE_DATA_DIR })
  assert.equal(await toReenrol(back), 0)
  assert.equal((await post(back, '/recognize', await portraits.annaAgain()))['user_id'], 1)
})
