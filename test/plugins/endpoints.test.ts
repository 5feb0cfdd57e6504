import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import sharp from 'sharp'
import { temporaryFolder, startApp } from '../helper.ts'
import { dataUri, labelled, portraits, WITHOUT_FACES } from '../photos.ts'
import { toFixedPoint } from '../../workers/gallery-layout.ts'

interface Answer { status: number, body: Record<string, unknown> }

async function call (app: FastifyInstance, options: InjectOptions): Promise<Answer> {
  const response = await app.inject(options)
  return { status: response.statusCode, body: response.json() }
}

const register = (app: FastifyInstance, userId: number | string, photo: Buffer): Promise<Answer> =>
  call(app, { method: 'POST', url: '/register-face', payload: { user_id: userId, photo: dataUri(photo) } })

const recognize = (app: FastifyInstance, photo: Buffer): Promise<Answer> =>
  call(app, { method: 'POST', url: '/recognize', payload: { photo: dataUri(photo) } })

const isTime = (value: unknown): boolean => typeof value === 'string' && new Date(value).toISOString() === value

test('the six endpoints speak the JSON of the service being replaced', async (t) => {
  const app = await startApp(t)
  const anna = await portraits.anna()

  const registered = await register(app, 123, anna)
  assert.equal(registered.status, 200, JSON.stringify(registered.body))
  const { registered_at: registeredAt, quality, quality_measures: measures, ...rest } = registered.body
  assert.ok(isTime(registeredAt))
  assert.deepEqual(rest, { success: true, message: 'Face registered successfully', user_id: 123, encoding_count: 1 })
  assert.deepEqual(Object.keys(measures as object), [
    'detection', 'size', 'sharpness', 'illumination', 'exposure', 'contrast', 'pose', 'occlusion', 'compression',
    'stability'
  ])
  assert.equal(quality, Math.min(...Object.values(measures as Record<string, number>)))

  const recognized = await recognize(app, await portraits.annaAgain())
  assert.equal(recognized.status, 200)
  assert.equal(recognized.body['success'], true, JSON.stringify(recognized.body))
  assert.equal(recognized.body['message'], 'Face recognized successfully')
  assert.equal(recognized.body['user_id'], 123)
  const { confidence, distance } = recognized.body as { confidence: number, distance: number }
  assert.ok(confidence > 0.4 && confidence < 1)
  assert.ok(Math.abs(confidence + distance - 1) < 1e-9)
  assert.ok(isTime(recognized.body['recognized_at']))

  assert.deepEqual(await recognize(app, await portraits.bella()), {
    status: 200,
    body: { success: false, message: 'Face not recognized', user_id: 'unknown', confidence: 0 }
  })

  assert.deepEqual(await call(app, { url: '/status/123' }), {
    status: 200,
    body: { success: true, user_id: 123, registered: true, last_updated: registeredAt, encoding_count: 1 }
  })
  assert.deepEqual(await call(app, { url: '/status/456' }), {
    status: 200,
    body: { success: true, user_id: 456, registered: false, last_updated: null, encoding_count: 0 }
  })

  const health = await call(app, { url: '/health' })
  assert.equal(health.status, 200)
  const { version, timestamp, face_data_dir: dir, ...constant } = health.body
  assert.ok(/^\d+\.\d+\.\d+$/.test(String(version)) && isTime(timestamp))
  assert.equal(dir, app.config.FACE_DATA_DIR)
  assert.deepEqual(constant, {
    status: 'online',
    service: 'Face Recognition Server',
    security: 'open',
    registered_faces: 1,
    recognition_tolerance: 0.6,
    tolerance_in_force: 0.6,
    recognition_network: 'fr-feature',
    users_to_reenroll: 0
  })

  const stats = (await call(app, { url: '/stats' })).body as { success: boolean, stats: Record<string, unknown> }
  const { server_info: load, gallery_checksum: checksum, ...counts } = stats.stats
  const { decision } = counts
  assert.match(String(checksum), /^[0-9a-f]{8}$/)
  assert.deepEqual(counts, {
    registered_users: 1,
    total_encodings: 1,
    damaged_records: 0,
    recognition_tolerance: 0.6,
    decision: {
      ...decision as object, tolerance: 0.6, configured: 0.6, by_site: null, false_match_target: 0.005, compared: 1
    },
    data_directory: dir
  })
  for (const name of ['cpu_percent', 'memory_percent', 'disk_usage']) {
    const value = (load as Record<string, number>)[name] ?? NaN
    assert.ok(value >= 0 && value <= 100, `${name} is ${value}`)
  }

  const { vector } = (await app.encodingStore.get('123'))!.encodings[0]!
  const numbers = new Int16Array(vector.length)
  toFixedPoint(vector, numbers)
  const isInMemory = (): boolean => Buffer.from(app.gallery.memory.buffer).includes(Buffer.from(numbers.buffer))
  assert.equal(isInMemory(), true)
  assert.deepEqual(await call(app, { method: 'DELETE', url: '/face/123' }), {
    status: 200, body: { success: true, message: 'Face data deleted successfully', user_id: 123 }
  })
  assert.equal(isInMemory(), false)
  assert.equal((await recognize(app, anna)).body['user_id'], 'unknown')
  assert.equal((await call(app, { url: '/status/123' })).body['registered'], false)
  const again = await call(app, { method: 'DELETE', url: '/face/123' })
  assert.deepEqual([again.status, again.body['code']], [404, 'USER_NOT_FOUND'])
})

test('a user id is echoed in the type it came in, and 7 and "7" are the same user', async (t) => {
  const app = await startApp(t)
  const photo = await portraits.anna()
  assert.strictEqual((await register(app, '7', photo)).body['user_id'], '7')
  assert.strictEqual((await recognize(app, photo)).body['user_id'], '7')
  assert.strictEqual((await register(app, 7, photo)).body['user_id'], 7)
  assert.strictEqual((await recognize(app, photo)).body['user_id'], 7)
  assert.equal((await call(app, { url: '/status/7' })).body['encoding_count'], 2)
  assert.strictEqual(
    (await register(app, 'b.ella@example-1_x', await portraits.bella())).body['user_id'], 'b.ella@example-1_x'
  )
})

test('two photos of one person and one of another are enough to recognise ' +
  'other photos of both', { skip: WITHOUT_FACES }, async (t) => {
  const app = await startApp(t)
  const photo = (person: string, number: number): Promise<Buffer> =>
    labelled(`people/${person}/${person}_000${number}.jpg`)
  const [anna, bert, stranger] = ['Angelina_Jolie', 'Boris_Becker', 'Colin_Farrell']
  for (const number of [1, 2]) assert.equal((await register(app, 'a', await photo(anna!, number))).status, 200)
  assert.equal((await register(app, 'b', await photo(bert!, 1))).status, 200)
  for (const number of [3, 4]) assert.equal((await recognize(app, await photo(anna!, number))).body['user_id'], 'a')
  for (const number of [2, 3]) assert.equal((await recognize(app, await photo(bert!, number))).body['user_id'], 'b')
  for (const number of [1, 2]) {
    assert.equal((await recognize(app, await photo(stranger!, number))).body['user_id'], 'unknown')
  }
})

test('a restart keeps everyone', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const photo = await portraits.anna()
  const first = await startApp(t, { FACE_DATA_DIR })
  assert.equal((await register(first, 5, photo)).status, 200)
  await first.close()
  const second = await startApp(t, { FACE_DATA_DIR })
  assert.equal((await recognize(second, photo)).body['user_id'], 5)
})

test('beyond MAX_FACES_PER_USER the encoding that adds least is replaced', async (t) => {
  const app = await startApp(t, { MAX_FACES_PER_USER: '2' })
  const mirrored = await sharp(await portraits.anna()).flop().jpeg().toBuffer()
  const times: unknown[] = []
  for (const photo of [await portraits.annaAgain(), await portraits.anna(), mirrored]) {
    const { status, body } = await register(app, 1, photo)
    assert.equal(status, 200, JSON.stringify(body))
    times.push(body['registered_at'])
  }
  assert.equal((await call(app, { url: '/status/1' })).body['encoding_count'], 2)
  const kept = (await app.encodingStore.get('1'))?.encodings.map(({ registeredAt }) => registeredAt)
  // A photo and its mirror image are nearest to each other.
  assert.deepEqual(kept, [times[0], times[2]])
  assert.equal((await recognize(app, mirrored)).body['user_id'], 1)
})
