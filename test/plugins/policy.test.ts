import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { multipart } from '../form.ts'
import { startApp, temporaryFolder } from '../helper.ts'
import { dataUri, portraits } from '../photos.ts'

async function send (app: FastifyInstance, options: InjectOptions): Promise<Record<string, unknown>> {
  const response = await app.inject(options)
  return { status: response.statusCode, ...response.json<object>() }
}

const register = (
  app: FastifyInstance, userId: number | string, photo: Buffer, extra: object = {}
): Promise<Record<string, unknown>> =>
  send(app, { method: 'POST', url: '/register-face', payload: { user_id: userId, photo: dataUri(photo), ...extra } })

const recognize = (app: FastifyInstance, photo: Buffer): Promise<Record<string, unknown>> =>
  send(app, { method: 'POST', url: '/recognize', payload: { photo: dataUri(photo) } })

test('a face that is another user\'s is not registered again, and the refusal does not say whose it is', async (t) => {
  const app = await startApp(t)
  const anna = await portraits.anna()
  assert.equal((await register(app, 'secret-anna', anna))['status'], 200)
  const refused = await register(app, 2, anna)
  assert.deepEqual([refused['status'], refused['code']], [409, 'FACE_ALREADY_REGISTERED'])
  assert.doesNotMatch(JSON.stringify(refused), /secret/)
  assert.equal((await register(app, 2, anna, { replace: true }))['code'], 'FACE_ALREADY_REGISTERED')
  assert.deepEqual(app.gallery.counts(), { users: 1, encodings: 1, compared: 1, outdated: 0 })

  assert.equal((await register(app, 'secret-anna', anna))['status'], 200, 'again for the same user')
  assert.equal((await send(app, { method: 'DELETE', url: '/face/secret-anna' }))['status'], 200)
  assert.equal((await register(app, 2, anna))['status'], 200, 'when the other is gone')
})

test('the nearest other user counts, even if the user is nearer', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const lax = await startApp(t, { DUPLICATE_TOLERANCE: '0', FACE_DATA_DIR })
  const anna = await portraits.anna()
  assert.equal((await register(lax, 1, await portraits.annaAgain()))['status'], 200)
  assert.equal((await register(lax, 2, anna))['status'], 200)
  await lax.close()
  const strict = await startApp(t, { DUPLICATE_TOLERANCE: '0.55', FACE_DATA_DIR })
  assert.equal((await register(strict, 2, anna))['code'], 'FACE_ALREADY_REGISTERED')
})

test('a photo of somebody else is not added to a user, unless it shall replace the old ones', async (t) => {
  const app = await startApp(t)
  const [anna, bella, clara] = [await portraits.anna(), await portraits.bella(), await portraits.clara()]
  await register(app, 1, anna)
  await register(app, 1, await portraits.annaAgain())
  const refused = await register(app, 1, bella)
  assert.deepEqual([refused['status'], refused['code']], [409, 'FACE_MISMATCH'])
  assert.equal((await register(app, 1, bella, { replace: false }))['code'], 'FACE_MISMATCH')
  assert.deepEqual(app.gallery.counts(), { users: 1, encodings: 2, compared: 2, outdated: 0 })

  assert.equal((await register(app, 1, bella, { replace: true }))['encoding_count'], 1)
  assert.equal((await recognize(app, bella))['user_id'], 1)
  assert.equal((await recognize(app, anna))['user_id'], 'unknown')

  const raw = {
    method: 'POST',
    url: '/register-face?user_id=1&replace=true',
    payload: anna,
    headers: { 'content-type': 'image/jpeg' }
  } as const
  assert.equal((await send(app, raw))['encoding_count'], 1)
  assert.equal(
    (await send(app, multipart('/register-face', { user_id: '1', replace: 'true', photo: bella })))['encoding_count'], 1
  )
  assert.equal(
    (await send(app, multipart('/register-face', { user_id: '1', replace: 'yes', photo: clara })))['code'],
    'INVALID_REQUEST'
  )
  assert.equal((await recognize(app, bella))['user_id'], 1)
})

test('a face that is nearly as close to a second user is not recognised', async (t) => {
  const app = await startApp(t, { DUPLICATE_TOLERANCE: '0' })
  const anna = await portraits.anna()
  await register(app, 1, anna)
  assert.equal((await recognize(app, anna))['user_id'], 1)
  await register(app, 2, anna)
  assert.deepEqual(await recognize(app, anna), {
    status: 200, success: false, message: 'Face not recognized', user_id: 'unknown', confidence: 0, code: 'AMBIGUOUS'
  })
  await send(app, { method: 'DELETE', url: '/face/1' })
  assert.equal((await recognize(app, anna))['user_id'], 2)

  const decided = await startApp(t, { DUPLICATE_TOLERANCE: '0', AMBIGUITY_MARGIN: '0' })
  await register(decided, 1, anna)
  await register(decided, 2, anna)
  assert.equal((await recognize(decided, anna))['success'], true)
})

test('several encodings of one user are no ambiguity, and a second user far away neither', async (t) => {
  const app = await startApp(t)
  const anna = await portraits.anna()
  for (const photo of [anna, await portraits.annaAgain(), anna]) await register(app, 1, photo)
  assert.equal((await register(app, 2, await portraits.bella()))['status'], 200)
  assert.equal((await recognize(app, anna))['user_id'], 1)
})

test('encodings averaged with their mirror image are near the plain ones', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const plain = await startApp(t, { FACE_DATA_DIR })
  const anna = await portraits.anna()
  await register(plain, 1, anna)
  assert.ok(Number((await recognize(plain, anna))['distance']) < 0.001)
  await plain.close()
  const flipped = await startApp(t, { FACE_DATA_DIR, ENCODING_AUGMENT: 'flip' })
  const distance = Number((await recognize(flipped, anna))['distance'])
  assert.ok(distance > 0.02 && distance < 0.3, `${distance}`)
})
