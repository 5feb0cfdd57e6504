import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import type { FastifyInstance } from 'fastify'
import { ConfigError } from '../../src/config.ts'
import { startApp, temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'

const folder = await mkdtemp(join(tmpdir(), 'face-server-network-'))
after(() => rm(folder, { recursive: true, force: true }))

/** Takes fr_feature.onnx out of its package, as docs/recognition.md says; the reason if that cannot be had. */
async function fetchNetwork (): Promise<string | false> {
  const run = promisify(execFile)
  const name = 'faceplugin-face-recognition-js'
  try {
    await run('npm', ['pack', `${name}@0.0.1`, '--prefer-offline'], { cwd: folder })
  } catch {
    return `the registry has no ${name} for us`
  }
  await run('tar', ['--extract', '--file', `${name}-0.0.1.tgz`, 'package/model/fr_feature.onnx'], { cwd: folder })
  return false
}

const skip = await fetchNetwork()
const FR_FEATURE = join(folder, 'package/model/fr_feature.onnx')
const OWN = { RECOGNITION_MODEL: FR_FEATURE, RECOGNITION_MODEL_INPUT: 'bgr,127,128' }

async function post (app: FastifyInstance, url: string, payload: Buffer): Promise<Record<string, unknown>> {
  return (await app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'image/jpeg' } })).json()
}

const toReenrol = async (app: FastifyInstance): Promise<unknown> =>
  (await app.inject('/health')).json<Record<string, unknown>>()['users_to_reenroll']

test('another network recognises who was enrolled with it and nobody else', { skip }, async (t) => {
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
    // On the unit sphere the cosine follows from the distance; both are rounded.
    assert.ok(Math.abs(Number(again['confidence']) - (1 - Number(again['distance']) ** 2 / 2)) < 1e-3)
    assert.equal((await post(app, '/recognize', await portraits.bella()))['user_id'], 'unknown')
    assert.equal(
      (await post(app, '/register-face?user_id=3', await portraits.annaAgain()))['code'], 'FACE_ALREADY_REGISTERED'
    )
    assert.equal((await post(app, '/register-face?user_id=1', await portraits.bella()))['code'], 'FACE_MISMATCH')
    await app.close()
  }
})

test('after a change of network users count as not re-enrolled, and are recognised again once they are', {
  skip
}, async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const before = await startApp(t, { FACE_DATA_DIR })
  await post(before, '/register-face?user_id=1', await portraits.anna())
  await post(before, '/register-face?user_id=2', await portraits.bella())
  assert.equal(await toReenrol(before), 0)
  await before.close()

  const after = await startApp(t, { ...OWN, FACE_DATA_DIR })
  assert.equal(await toReenrol(after), 2)
  assert.equal((await post(after, '/recognize', await portraits.anna()))['user_id'], 'unknown')
  const registered = await post(after, '/register-face?user_id=1', await portraits.anna())
  assert.equal(registered['encoding_count'], 2, JSON.stringify(registered))
  assert.equal(await toReenrol(after), 1)
  assert.equal((await post(after, '/recognize', await portraits.annaAgain()))['user_id'], 1)
  await after.close()

  const back = await startApp(t, { FACE_DATA_DIR })
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
  await assert.rejects(
    startApp(t, { ...OWN, RECOGNITION_MODEL: damaged }), (err: Error) => err.message.includes(damaged)
  )
})
