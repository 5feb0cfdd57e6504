import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { createAuditStorage } from '../../src/audit/create-storage.ts'
import { linesOf } from '../src/audit/helper.ts'
import { eventually, startApp, temporaryFolder } from '../helper.ts'
import { dataUri, portraits } from '../photos.ts'

const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='
const headers = { authorization: `Bearer ${ADMIN_KEY}` }

type Body = Record<string, unknown> & { id?: string, rejections?: Array<{ id: string }> }

async function ask (
  app: FastifyInstance, method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object | Buffer
): Promise<{ status: number, body: Body }> {
  const type = Buffer.isBuffer(payload) ? { 'content-type': 'image/jpeg' } : {}
  const answer = await app.inject({ method, url, headers: { ...headers, ...type }, ...payload && { payload } })
  return { status: answer.statusCode, body: answer.json() }
}

const nameOf = async (app: FastifyInstance, photo: Buffer): Promise<unknown> =>
  (await ask(app, 'POST', '/recognize', photo)).body['user_id']

test('a face that is rejected is not named so any more, in any process, until that is taken back', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const app = await startApp(t, { FACE_DATA_DIR, ADMIN_KEY })
  const [anna, again] = await Promise.all([portraits.anna(), portraits.annaAgain()])
  await ask(app, 'POST', '/register-face?user_id=1', anna)
  await ask(app, 'POST', '/register-face?user_id=2', await portraits.clara())
  const recognized = await ask(app, 'POST', '/recognize', again)
  assert.equal(recognized.body['user_id'], 1)
  const recognition = { recognition_id: recognized.body['recognition_id'] }
  assert.equal((await ask(app, 'POST', '/users/2/rejections', recognition)).body['code'], 'RECOGNITION_NOT_FOUND')
  const { status, body: { id, ...added } } = await ask(app, 'POST', '/users/1/rejections', recognition)
  assert.equal(status, 200, JSON.stringify(added))
  assert.deepEqual(Object.keys(added), ['success', 'user_id', 'rejected_at'])
  assert.equal(await nameOf(app, again), 'unknown')
  assert.equal(await nameOf(app, anna), 1)
  // Sent twice, and as the photo that it was, it is the same.
  for (const face of [recognition, again, { photo: dataUri(again) }]) {
    assert.equal((await ask(app, 'POST', '/users/1/rejections', face)).body.id, id)
  }
  assert.deepEqual((await ask(app, 'GET', '/users/1/rejections')).body, {
    success: true, user_id: 1, rejections: [{ id, rejected_at: added['rejected_at'] }]
  })
  // It stays through a registration, and is not hers to register elsewhere.
  assert.equal((await ask(app, 'POST', '/register-face?user_id=1&replace=true', anna)).status, 200)
  assert.equal((await ask(app, 'POST', '/register-face?user_id=3', again)).body['code'], 'FACE_ALREADY_REGISTERED')
  assert.equal(await nameOf(app, again), 'unknown')

  const other = await startApp(t, { FACE_DATA_DIR, ADMIN_KEY })
  assert.equal(await nameOf(other, again), 'unknown')
  const left = await ask(other, 'DELETE', `/users/1/rejections/${id}`)
  assert.deepEqual(left.body, { success: true, user_id: 1, rejections: [] })
  assert.equal(await nameOf(other, again), 1)
  await eventually(async () => await nameOf(app, again) === 1)
  assert.equal((await ask(app, 'DELETE', `/users/1/rejections/${id}`)).body['code'], 'REJECTION_NOT_FOUND')

  const actions = (await linesOf(createAuditStorage(app.config)))
    .flatMap(({ action, details }) => /rejection/.test(String(action)) ? [[action, details]] : [])
  assert.equal(actions.filter(([action]) => action === 'add-rejection').length, 5)
  assert.deepEqual(actions.at(-1), ['delete-rejection', { rejection: id }])
})

test('a rejection needs a user, a face, a key and room', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const code = async (method: 'GET' | 'POST', url: string, payload?: object | Buffer): Promise<unknown> =>
    (await ask(app, method, url, payload)).body['code']
  assert.equal(await code('GET', '/users/1/rejections'), 'USER_NOT_FOUND')
  assert.equal(await code('POST', '/users/1/rejections', await portraits.anna()), 'USER_NOT_FOUND')
  await ask(app, 'POST', '/register-face?user_id=1', await portraits.anna())
  assert.equal(await code('POST', '/users/1/rejections', { recognition_id: randomUUID() }), 'RECOGNITION_NOT_FOUND')
  for (const face of [undefined, {}, { recognition_id: 7 }, { recognition_id: 'x' }]) {
    assert.equal(await code('POST', '/users/1/rejections', face), 'INVALID_REQUEST', JSON.stringify(face))
  }
  const open = await app.inject({
    method: 'POST', url: '/recognize', payload: await portraits.annaAgain(), headers: { 'content-type': 'image/jpeg' }
  })
  assert.deepEqual([open.json()['user_id'], open.json()['recognition_id']], [1, undefined])
  assert.equal((await app.inject('/users/1/rejections')).statusCode, 401)

  const { vector, model } = (await app.encodingStore.get('1'))!.encodings[0]!
  const rejectedAt = '2026-01-01T00:00:00Z'
  const rejections = Array.from({ length: 20 }, (_, i) => (
    { id: String(i), rejectedAt, encodings: [{ vector: vector.map((value) => value * (i + 2)), model }] }
  ))
  await app.encodingStore.update('1', (present) => present && { ...present, rejections })
  assert.equal(await code('POST', '/users/1/rejections', await portraits.annaAgain()), 'TOO_MANY_REJECTIONS')
  await app.encodingStore.update('1', (present) => present && { ...present, rejections: rejections.slice(1) })
  assert.equal((await ask(app, 'POST', '/users/1/rejections', await portraits.annaAgain())).status, 200)
  assert.equal((await ask(app, 'GET', '/users/1/rejections')).body.rejections?.length, 20)
})
