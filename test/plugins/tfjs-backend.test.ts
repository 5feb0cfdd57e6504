import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { startApp } from '../helper.ts'
import { dataUri, groupPhoto, noFace, portraits } from '../photos.ts'

async function post (
  app: FastifyInstance, url: string, payload: { photo: string, user_id?: number }
): Promise<Record<string, unknown>> {
  return (await app.inject({ method: 'POST', url, payload })).json()
}

test('on TensorFlow.js the same faces are registered, recognised and refused, with the same encodings', async (t) => {
  const onnx = await startApp(t, { INFERENCE_BACKEND: 'onnx', RECOGNITION_NETWORK: 'face-api' })
  const tfjs = await startApp(t, { INFERENCE_BACKEND: 'tfjs' })
  const anna = dataUri(await portraits.anna())
  const vectors: Float32Array[] = []
  const answers: Array<Array<Record<string, unknown>>> = []
  for (const app of [onnx, tfjs]) {
    const registered = await post(app, '/register-face', { user_id: 1, photo: anna })
    assert.equal(registered['success'], true, JSON.stringify(registered))
    const photos = [await portraits.annaAgain(), await portraits.bella(), await groupPhoto(3), await noFace()]
    answers.push(await Promise.all(photos.map((photo) => post(app, '/recognize', { photo: dataUri(photo) }))))
    assert.equal(
      (await post(app, '/register-face', { user_id: 2, photo: dataUri(await groupPhoto(1)) }))['code'], 'MULTIPLE_FACES'
    )
    vectors.push((await app.encodingStore.get('1'))!.encodings[0]!.vector)
  }
  for (const [i, value] of vectors[0]!.entries()) assert.ok(Math.abs(value - vectors[1]![i]!) < 1e-3)
  for (const [i, { user_id: userId, code, distance = 0 }] of answers[0]!.entries()) {
    const other = answers[1]![i]!
    assert.deepEqual([other['user_id'], other['code']], [userId, code])
    assert.ok(Math.abs(Number(other['distance'] ?? 0) - Number(distance)) < 1e-3)
  }
})
