import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { multipart } from '../form.ts'
import { ADMIN_KEY, asAdmin, startApp } from '../helper.ts'
import { dataUri, labelled, noFace, portraits, WITHOUT_FACES } from '../photos.ts'

interface Answer { status: number, body: Record<string, unknown> }

async function call (app: FastifyInstance, options: InjectOptions): Promise<Answer> {
  const response = await app.inject(asAdmin(options))
  return { status: response.statusCode, body: response.json() }
}

const register = async (app: FastifyInstance, userId: string, photo: Buffer): Promise<void> => {
  const { status, body } = await call(app, multipart('/register-face', { user_id: userId, photo }))
  assert.equal(status, 200, JSON.stringify(body))
}
const verify = (app: FastifyInstance, userId: string, photo: Buffer): Promise<Answer> =>
  call(app, multipart('/verify', { user_id: userId, photo }))

test('a face is that of the user, or it is not, however the photo is sent', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  await register(app, '7', await portraits.anna())
  const again = await portraits.annaAgain()
  const ways: InjectOptions[] = [
    { method: 'POST', url: '/verify', payload: { user_id: 7, photo: dataUri(again) } },
    { method: 'POST', url: '/verify?user_id=7', payload: again, headers: { 'content-type': 'image/jpeg' } },
    multipart('/verify', { user_id: '7', photo: again }),
    multipart('/verify', { user_id: '7', photo: dataUri(again) })
  ]
  const [first, ...others] = await Promise.all(ways.map((way) => call(app, way)))
  assert.ok(first)
  const { distance, confidence, box, ...rest } = first.body as { distance: number, confidence: number, box: object }
  assert.deepEqual(rest, { success: true, user_id: 7, verified: true, tolerance: 0.6 })
  assert.ok(distance > 0.05 && distance < 0.6, `${distance}`)
  assert.ok(Math.abs(distance + confidence - 1) < 1e-9)
  assert.deepEqual(Object.keys(box), ['left', 'top', 'width', 'height'])
  for (const other of others) assert.deepEqual(other, first)

  // What /recognize says of the same photo.
  const recognized = await call(app, multipart('/recognize', { photo: again }))
  assert.ok(Math.abs(Number(recognized.body['distance']) - distance) < 0.001)

  const stranger = await verify(app, '7', await portraits.bella())
  assert.deepEqual([stranger.status, stranger.body['success'], stranger.body['verified']], [200, true, false])
  assert.ok(Number(stranger.body['distance']) > 0.6)
  const metrics = (await app.inject('/metrics')).body
  for (const [outcome, count] of [['verified', 4], ['refused', 1]]) {
    assert.match(metrics, RegExp(`face_http_request_seconds_count{route="/verify",outcome="${outcome}"} ${count}\\n`))
  }
})

test('what /verify refuses, and why', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  await register(app, 'anna', await portraits.anna())
  const photo = await portraits.bella()
  const code = async (options: InjectOptions): Promise<unknown[]> => {
    const { status, body } = await call(app, options)
    return [status, body['code']]
  }
  assert.deepEqual(await code(multipart('/verify', { user_id: 'bella', photo })), [404, 'USER_NOT_FOUND'])
  // Before the photo is looked at.
  const damaged = multipart('/verify', { user_id: 'bella', photo: photo.subarray(0, 1000) })
  assert.deepEqual(await code(damaged), [404, 'USER_NOT_FOUND'])
  assert.deepEqual(await code(multipart('/verify', { photo })), [400, 'INVALID_REQUEST'])
  const raw: InjectOptions = {
    method: 'POST', url: '/verify', payload: photo, headers: { 'content-type': 'image/jpeg' }
  }
  assert.deepEqual(await code(raw), [400, 'INVALID_REQUEST'])
  assert.deepEqual(await code(multipart('/verify', { user_id: 'anna', photo: await noFace() })), [422, 'NO_FACE'])
  assert.deepEqual(await code(multipart('/verify', { user_id: 'anna' })), [400, 'INVALID_REQUEST'])
})

test('a face that was rejected for the user is not the user\'s, however near', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const again = await portraits.annaAgain()
  await register(app, 'twin', await portraits.anna())
  assert.equal((await verify(app, 'twin', again)).body['verified'], true)
  const rejected = await call(app, multipart('/users/twin/rejections', { photo: again }))
  assert.equal(rejected.status, 200, JSON.stringify(rejected.body))
  const { body } = await verify(app, 'twin', again)
  assert.equal(body['verified'], false)
  assert.ok(Number(body['distance']) < 0.6)
  assert.equal((await verify(app, 'twin', await portraits.anna())).body['verified'], true)
})

test('a user is compared by all photos, until deleted, and the number of people does not ' +
  'matter', { skip: WITHOUT_FACES }, async (t) => {
  const app = await startApp(t, { ADMIN_KEY, FALSE_MATCH_TARGET: '0.000001', MAX_FACES_PER_USER: '2' })
  const photo = (number: number): Promise<Buffer> =>
    labelled(`people/Angelina_Jolie/Angelina_Jolie_000${number}.jpg`)
  await register(app, 'a', await photo(1))
  const before = Number((await verify(app, 'a', await photo(3))).body['distance'])
  await register(app, 'a', await photo(2))
  const after = await verify(app, 'a', await photo(3))
  assert.ok(Number(after.body['distance']) < before)
  assert.deepEqual([after.body['verified'], after.body['tolerance']], [true, 0.6])
  assert.ok(app.decision.current().tolerance < 0.6)
  await app.inject({ method: 'DELETE', url: '/face/a' })
  assert.equal((await verify(app, 'a', await photo(3))).status, 404)
})

test('two photos of one person are told from photos of two', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const [anna, again, bella] = [await portraits.anna(), await portraits.annaAgain(), await portraits.bella()]
  const compare = (...photo: Buffer[]): Promise<Answer> => call(app, multipart('/compare', { photo }))
  const same = await compare(anna, again)
  assert.equal(same.status, 200, JSON.stringify(same.body))
  const { distance, confidence, boxes, ...rest } = same.body as Record<'distance' | 'confidence', number> & {
    boxes: Array<{ width: number }>
  }
  assert.deepEqual(rest, { success: true, same_person: true, tolerance: 0.6 })
  assert.ok(Math.abs(distance + confidence - 1) < 1e-9)
  assert.equal(boxes.length, 2)
  const payload = { photos: [dataUri(anna), again.toString('base64')] }
  assert.deepEqual(await call(app, { method: 'POST', url: '/compare', payload }), same)
  assert.equal((await compare(again, anna)).body['distance'], distance)
  assert.equal((await compare(anna, anna)).body['distance'], 0)
  assert.equal((await compare(anna, bella)).body['same_person'], false)
  assert.equal((await app.inject('/health')).json<{ registered_faces: number }>().registered_faces, 0)
})

test('/compare says which of the photos is wrong', async (t) => {
  const app = await startApp(t, { ADMIN_KEY, MAX_IMAGE_BYTES: '100000' })
  const anna = await portraits.anna()
  const refused = async (photo: Buffer[]): Promise<unknown[]> => {
    const { status, body } = await call(app, multipart('/compare', { photo }))
    return [status, body['code'], String(body['message']).slice(0, 8)]
  }
  assert.ok(anna.length < 100_000, `${anna.length}`)
  assert.deepEqual(await refused([anna, await noFace()]), [422, 'NO_FACE', 'Photo 2:'])
  assert.deepEqual(await refused([anna.subarray(0, 10_000), anna]), [422, 'IMAGE_UNREADABLE', 'Photo 1:'])
  assert.deepEqual(await refused([anna, Buffer.alloc(100_001, 1)]), [413, 'PAYLOAD_TOO_LARGE', 'Photo 2:'])
  assert.deepEqual(await refused([anna]), [400, 'INVALID_REQUEST', 'photo: s'])
  assert.deepEqual((await refused([anna, anna, anna])).slice(0, 2), [400, 'INVALID_REQUEST'])
  const json = await call(app, { method: 'POST', url: '/compare', payload: { photos: [dataUri(anna)] } })
  assert.deepEqual([json.status, json.body['code']], [400, 'INVALID_REQUEST'])
  const raw = await call(app, {
    method: 'POST', url: '/compare', payload: anna, headers: { 'content-type': 'image/jpeg' }
  })
  assert.deepEqual([raw.status, raw.body['code']], [400, 'INVALID_REQUEST'])
})
