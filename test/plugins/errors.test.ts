import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import sharp from 'sharp'
import { ERRORS, type ErrorCode } from '../../src/errors.ts'
import { multipart } from '../form.ts'
import { shareApp, startApp } from '../helper.ts'
import { dataUri, groupPhoto, noFace, portraits } from '../photos.ts'

/** Sends a request that must fail, and checks its status, its shape and that nothing was stored. */
async function refused (
  app: FastifyInstance, options: InjectOptions, code: ErrorCode, message?: RegExp
): Promise<void> {
  const response = await app.inject(options)
  const body = response.json<Record<string, unknown>>()
  assert.equal(body['code'], code, response.body)
  assert.equal(response.statusCode, ERRORS[code][0])
  assert.equal(body['success'], false)
  assert.match(String(body['message']), message ?? /\w+/)
  assert.deepEqual(app.gallery.counts(), { users: 0, encodings: 0, compared: 0, outdated: 0 })
}

const defaultApp = shareApp()

const post = (url: string, payload: object | string | Buffer, type = 'application/json'): InjectOptions =>
  ({ method: 'POST', url, payload, headers: { 'content-type': type } })

test('requests that are not understood are answered 400 and say which field is wrong', async () => {
  const app = await defaultApp()
  const photo = dataUri(await portraits.anna())
  const badIds = [
    null, true, 1.5, 2 ** 53, '', 'a b', '../x', 'a/b', '..\\x', 'ä', 'x'.repeat(65), 'unknown', '.', '..', { $ne: 1 },
    [1]
  ]
  for (const userId of badIds) {
    await refused(app, post('/register-face', { user_id: userId, photo }), 'INVALID_REQUEST', /user_id/)
  }
  await refused(
    app, post('/register-face', { user_id: 'a b', photo }), 'INVALID_REQUEST',
    /^user_id: must be integer or must match pattern/
  )
  await refused(app, post('/register-face', { photo }), 'INVALID_REQUEST', /user_id/)
  await refused(app, post('/register-face', { user_id: 1 }), 'INVALID_REQUEST', /photo/)
  for (const bad of ['', 'not base64!', 'data:image/jpeg,plain', 'data:image/jpeg;base64,', '/9j/4', 'a*b=']) {
    await refused(app, post('/register-face', { user_id: 1, photo: bad }), 'INVALID_REQUEST', /photo/)
  }
  for (const bad of [42, null, [photo], { photo }]) {
    await refused(app, post('/recognize', { photo: bad }), 'INVALID_REQUEST', /photo/)
  }
  for (const bad of ['', '{', '[]', 'null', '"x"', '{"photo":"x"', '{"__proto__":{"photo":"x"}}']) {
    await refused(app, post('/recognize', bad), 'INVALID_REQUEST')
  }
  await refused(app, { method: 'POST', url: '/recognize' }, 'INVALID_REQUEST')
  await refused(app, { method: 'POST', url: '/register-face' }, 'INVALID_REQUEST', /user_id/)
  await refused(app, { method: 'POST', url: '/register-face?user_id=1' }, 'INVALID_REQUEST', /photo/)
  await refused(app, { url: '/status/a%20b' }, 'INVALID_REQUEST', /user_id/)
  await refused(app, { url: '/status/%ZZ' }, 'INVALID_REQUEST')
  await refused(app, { url: `/status/${'x'.repeat(65)}` }, 'INVALID_REQUEST')
  await refused(app, { method: 'DELETE', url: '/face/..%2F..%2Fetc' }, 'INVALID_REQUEST')
  await refused(app, post('/register-face', await portraits.anna(), 'image/jpeg'), 'INVALID_REQUEST', /user_id/)
})

test('no part of a bad body comes back in the message', async () => {
  const app = await defaultApp()
  const secret = 'SECRETSECRET'
  for (const body of [`{"photo": ${secret}`, `{"photo":"${secret}!"}`, `{"user_id":"${secret} !","photo":"x"}`]) {
    const response = await app.inject(post('/register-face', body))
    assert.equal(response.statusCode, 400)
    assert.ok(!response.body.includes(secret), response.body)
  }
})

test('forms that cannot be read are answered 400', async () => {
  const app = await defaultApp()
  const photo = await portraits.anna()
  await refused(app, multipart('/register-face', { user_id: '1' }), 'INVALID_REQUEST', /photo/)
  await refused(app, multipart('/register-face', { photo }), 'INVALID_REQUEST', /user_id/)
  await refused(app, multipart('/register-face', { user_id: '../1', photo }), 'INVALID_REQUEST', /user_id/)
  const cut = multipart('/register-face', { user_id: '1', photo })
  await refused(app, { ...cut, payload: (cut.payload as Buffer).subarray(0, 500) }, 'INVALID_REQUEST')
  await refused(app, post('/register-face', 'x', 'multipart/form-data'), 'INVALID_REQUEST')
})

test('unknown addresses are answered 404', async () => {
  const app = await defaultApp()
  await refused(app, { url: '/' }, 'NOT_FOUND')
  await refused(app, { url: '/register-face' }, 'NOT_FOUND')
  await refused(app, { method: 'DELETE', url: '/face/77' }, 'USER_NOT_FOUND')
})

test('a deletion may name a type, with or without a body', async () => {
  const app = await defaultApp()
  for (const type of ['application/json', 'multipart/form-data', 'text/plain']) {
    for (const payload of ['', '{']) {
      await refused(
        app, { method: 'DELETE', url: '/face/77', payload, headers: { 'content-type': type } }, 'USER_NOT_FOUND'
      )
    }
  }
})

test('the byte limit holds for every kind of body, and a photo just below it passes', async (t) => {
  const photo = await portraits.anna()
  const roomy = await startApp(t, { MAX_IMAGE_BYTES: String(photo.length) })
  assert.equal((await roomy.inject(post('/recognize', photo, 'image/jpeg'))).statusCode, 200)
  assert.equal((await roomy.inject(post('/recognize', { photo: dataUri(photo) }))).statusCode, 200)
  assert.equal((await roomy.inject(multipart('/recognize', { photo }))).statusCode, 200)

  const tight = await startApp(t, { MAX_IMAGE_BYTES: String(photo.length - 1) })
  await refused(tight, post('/register-face?user_id=1', photo, 'image/jpeg'), 'PAYLOAD_TOO_LARGE')
  await refused(tight, post('/register-face', { user_id: 1, photo: dataUri(photo) }), 'PAYLOAD_TOO_LARGE')
  await refused(tight, multipart('/register-face', { user_id: '1', photo }), 'PAYLOAD_TOO_LARGE')
  await refused(
    tight, post('/register-face', { user_id: 1, photo: dataUri(Buffer.concat([photo, photo])) }), 'PAYLOAD_TOO_LARGE'
  )
})

test('what is not a usable image is refused by name', async (t) => {
  const app = await startApp(t, { MAX_IMAGE_PIXELS: '1000000' })
  const raw = (photo: Buffer, type = 'image/jpeg'): InjectOptions => post('/register-face?user_id=1', photo, type)
  const anna = await portraits.anna()
  await refused(app, raw(Buffer.from('hello, I am text')), 'UNSUPPORTED_IMAGE')
  await refused(app, raw(await sharp(anna).tiff().toBuffer(), 'image/tiff'), 'UNSUPPORTED_IMAGE')
  await refused(
    app, raw(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>'), 'image/svg+xml'),
    'UNSUPPORTED_IMAGE'
  )
  await refused(app, raw(anna.subarray(0, anna.length >> 1)), 'IMAGE_UNREADABLE')
  await refused(app, raw(Buffer.from([0xff, 0xd8])), 'IMAGE_UNREADABLE')
  const grey = (width: number, height: number): Promise<Buffer> =>
    sharp({ create: { width, height, channels: 3, background: 'gray' } }).png().toBuffer()
  await refused(app, raw(await grey(1001, 1000), 'image/png'), 'IMAGE_TOO_LARGE', /1000000 pixels/)
  await refused(app, raw(await grey(1000, 1000), 'image/png'), 'NO_FACE')
  await refused(app, raw(await grey(39, 400), 'image/png'), 'IMAGE_TOO_SMALL')
  await refused(app, raw(await grey(40, 40), 'image/png'), 'NO_FACE')
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/octet-stream']) {
    await refused(app, post('/register-face', 'user_id=1', type), 'UNSUPPORTED_MEDIA_TYPE')
  }
})

test('a photo without a face is refused everywhere, one with several only at registration', async () => {
  const app = await defaultApp()
  const empty = { photo: dataUri(await noFace()) }
  await refused(app, post('/register-face', { user_id: 1, ...empty }), 'NO_FACE', /^No face detected in image$/)
  await refused(app, post('/recognize', empty), 'NO_FACE')
  const group = { photo: dataUri(await groupPhoto(3)) }
  await refused(app, post('/register-face', { user_id: 1, ...group }), 'MULTIPLE_FACES')
  assert.equal((await app.inject(post('/recognize', group))).statusCode, 200)
})

test('a bad photo of a good face is refused with advice', async () => {
  const app = await defaultApp()
  const anna = sharp(await portraits.anna())
  const register = (photo: Buffer): InjectOptions => post('/register-face', { user_id: 1, photo: dataUri(photo) })
  await refused(app, register(await anna.clone().blur(4).jpeg().toBuffer()), 'LOW_QUALITY', /hold still/)
  await refused(app, register(await anna.clone().linear(0.125, 0).jpeg().toBuffer()), 'LOW_QUALITY', /too dark/)
  await refused(app, register(await anna.clone().resize(60).jpeg().toBuffer()), 'LOW_QUALITY', /come closer/)
  const covered = sharp(await portraits.bella()).composite([
    { input: { create: { width: 420, height: 260, channels: 3, background: '#6080a0' } }, left: 0, top: 300 }
  ])
  await refused(app, register(await covered.jpeg().toBuffer()), 'LOW_QUALITY', /hidden: take off mask/)
})

test('each client gets RATE_LIMIT_MAX requests a window, health and stats not counted', async (t) => {
  const app = await startApp(t, { RATE_LIMIT_MAX: '3', RATE_LIMIT_WINDOW: '60' })
  for (let i = 0; i < 5; i++) {
    assert.equal((await app.inject('/health')).statusCode, 200)
    assert.equal((await app.inject('/stats')).statusCode, 200)
  }
  for (let i = 0; i < 3; i++) assert.equal((await app.inject('/status/1')).statusCode, 200)
  await refused(app, { url: '/status/1' }, 'RATE_LIMITED', /try again in \d+ seconds/)
  const refusedAgain = await app.inject('/nowhere')
  assert.equal(refusedAgain.statusCode, 429)
  assert.ok(Number(refusedAgain.headers['retry-after']) > 0)
  assert.equal((await app.inject({ url: '/status/1', remoteAddress: '127.0.0.2' })).statusCode, 200)
})

test('a full queue answers 503 with Retry-After at once, and the photos that were accepted are answered', async (t) => {
  const app = await startApp(t, { INFERENCE_QUEUE_MAX: '2' })
  const photo = await portraits.anna()
  const answers =
    await Promise.all(Array.from({ length: 12 }, () => app.inject(post('/recognize', photo, 'image/jpeg'))))
  const served = answers.filter(({ statusCode }) => statusCode === 200)
  const turnedAway = answers.filter(({ statusCode }) => statusCode === 503)
  assert.equal(served.length + turnedAway.length, 12)
  assert.ok(served.length >= 3 && turnedAway.length > 0, `${served.length} served`)
  for (const answer of turnedAway) {
    assert.equal(answer.json<{ code: string }>().code, 'OVERLOADED')
    assert.ok(Number(answer.headers['retry-after']) > 0)
  }
  assert.equal((await app.inject(post('/recognize', photo, 'image/jpeg'))).statusCode, 200)
})
