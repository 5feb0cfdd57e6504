import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { ConfigError } from '../../src/config.ts'
import { CALIBRATIONS } from '../../src/networks/calibrations.ts'
import { CATALOGUE, idOf } from '../../src/networks/catalogue.ts'
import { calibrationFile } from '../../src/networks/find-network.ts'
import { networkOf } from '../backend.ts'
import { startApp, temporaryFolder } from '../helper.ts'
import { BROUGHT, broughtFile, WITHOUT_NETWORKS } from '../networks.ts'
import { portraits } from '../photos.ts'

/** The default network as somebody brings it who has made a file of their own of it. */
await networkOf({ INFERENCE_BACKEND: 'onnx' })
const dir = await mkdtemp(join(tmpdir(), 'face-server-'))
after(() => rm(dir, { recursive: true }))
const OWN = {
  INFERENCE_BACKEND: 'onnx', RECOGNITION_MODEL: join(dir, 'own.onnx'), RECOGNITION_MODEL_INPUT: 'bgr,127,128'
}
// A field that no reader of ONNX knows.
const UNKNOWN_FIELD = Uint8Array.of(0xc0, 0x3e, 1)
await writeFile(OWN.RECOGNITION_MODEL, Buffer.concat([await readFile('models/fr_feature.onnx'), UNKNOWN_FIELD]))
const CALIBRATION = JSON.stringify({ distances: CALIBRATIONS['fr-feature/float32/none'] })
await writeFile(calibrationFile(OWN.RECOGNITION_MODEL), CALIBRATION)

async function post (app: FastifyInstance, url: string, payload: Buffer): Promise<Record<string, unknown>> {
  return (await app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'image/jpeg' } })).json()
}

const toReenrol = async (app: FastifyInstance): Promise<unknown> =>
  (await app.inject('/health')).json<Record<string, unknown>>()['users_to_reenroll']

test('another network recognises who was enrolled with it and nobody else', async (t) => {
  for (const ENCODING_AUGMENT of ['none', 'flip']) {
    const app = await startApp(t, { ...OWN, ENCODING_AUGMENT })
    for (const [id, photo] of [[1, portraits.anna], [2, portraits.clara]] as const) {
      const registered = await post(app, `/register-face?user_id=${id}`, await photo())
      assert.equal(registered['success'], true, JSON.stringify(registered))
    }
    const { vector, model } = (await app.encodingStore.get('1'))!.encodings[0]!
    assert.equal(vector.length, 512)
    assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-6)
    assert.match(model, /^arcface\/[0-9a-f]{64}\/five-points-v1\/bgr,127,128$/)

    const again = await post(app, '/recognize', await portraits.annaAgain())
    assert.equal(again['user_id'], 1)
    assert.ok(Math.abs(Number(again['confidence']) - (1 - Number(again['distance']))) < 1e-3)
    assert.equal((await post(app, '/recognize', await portraits.bella()))['user_id'], 'unknown')
    assert.equal(
      (await post(app, '/register-face?user_id=3', await portraits.annaAgain()))['code'], 'FACE_ALREADY_REGISTERED'
    )
    assert.equal((await post(app, '/register-face?user_id=1', await portraits.bella()))['code'], 'FACE_MISMATCH')
    await app.close()
  }
})

const BROUGHT_SETTINGS = [...BROUGHT.map((name) => [name, 'float32'] as const), ['mobilefacenet', 'int8'] as const]

test('each network that the operator brings knows its people by its file alone', {
  skip: WITHOUT_NETWORKS
}, async (t) => {
  for (const [name, ENCODING_ARITHMETIC] of BROUGHT_SETTINGS) {
    const env = { INFERENCE_BACKEND: 'onnx', RECOGNITION_MODEL: broughtFile(name), ENCODING_ARITHMETIC }
    const app = await startApp(t, { ...env, MODELS_DIR: 'models' })
    assert.equal((await post(app, '/register-face?user_id=1', await portraits.anna()))['success'], true, name)
    const { vector, model } = (await app.encodingStore.get('1'))!.encodings[0]!
    assert.deepEqual([model, vector.length], [idOf(name, ENCODING_ARITHMETIC), CATALOGUE[name].length])
    const again = await post(app, '/recognize', await portraits.annaAgain())
    t.diagnostic(`${name} ${ENCODING_ARITHMETIC}: ${String(again['distance'])}`)
    assert.equal(again['user_id'], 1, name)
    assert.equal((await post(app, '/recognize', await portraits.bella()))['user_id'], 'unknown', name)
    await app.close()
  }
})

test('after a change of network users count as not re-enrolled, and are recognised all the same', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const before = await startApp(t, { FACE_DATA_DIR, RECOGNITION_NETWORK: 'face-api' })
  await post(before, '/register-face?user_id=1', await portraits.anna())
  await post(before, '/register-face?user_id=2', await portraits.bella())
  assert.equal(await toReenrol(before), 0)
  await before.close()

  const after = await startApp(t, { ...OWN, FACE_DATA_DIR })
  assert.equal(await toReenrol(after), 2)
  assert.equal((await post(after, '/recognize', await portraits.annaAgain()))['user_id'], 1)
  const registered = await post(after, '/register-face?user_id=1', await portraits.anna())
  assert.equal(registered['encoding_count'], 2, JSON.stringify(registered))
  assert.equal(await toReenrol(after), 1)
  assert.equal((await post(after, '/recognize', await portraits.annaAgain()))['user_id'], 1)
  await after.close()

  const back = await startApp(t, { FACE_DATA_DIR, RECOGNITION_NETWORK: 'face-api' })
  assert.equal(await toReenrol(back), 0)
  assert.equal((await post(back, '/recognize', await portraits.annaAgain()))['user_id'], 1)
})

test('a network that cannot be used stops the start and says which file', async (t) => {
  await assert.rejects(startApp(t, { ...OWN, RECOGNITION_MODEL: '/nowhere/net.onnx' }), (err: Error) => {
    assert.ok(err instanceof ConfigError)
    assert.equal(err.message, 'RECOGNITION_MODEL="/nowhere/net.onnx" cannot be read (ENOENT)')
    return true
  })
  const damaged = join(await temporaryFolder(t), 'damaged.onnx')
  await writeFile(damaged, 'not a network')
  const start = (): Promise<FastifyInstance> => startApp(t, { ...OWN, RECOGNITION_MODEL: damaged })
  await assert.rejects(start, { name: 'ConfigError', message: /damaged.onnx" is not calibrated: / })
  await writeFile(calibrationFile(damaged), JSON.stringify({ distances: [0.9, 1, 1.1] }))
  await assert.rejects(start, (err: Error) => err.message.includes(damaged))
})
