import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import type { UserRecord } from '../../../src/store/encoding-store.ts'
import { eventually, startApp, temporaryFolder } from '../../helper.ts'
import { portraits } from '../../photos.ts'

const ADMIN_KEY = 'a-key-for-the-tests-of-users'
const authorization = `Bearer ${ADMIN_KEY}`

interface Answer { status: number, body: Record<string, unknown>, etag: string }

async function call (app: FastifyInstance, { headers, ...options }: InjectOptions): Promise<Answer> {
  const response = await app.inject({ ...options, headers: { authorization, ...headers } })
  return { status: response.statusCode, body: response.json(), etag: String(response.headers['etag']) }
}

const put = (app: FastifyInstance, id: string, payload: object, headers = {}): Promise<Answer> =>
  call(app, { method: 'PUT', url: `/users/${id}`, payload, headers })

async function enrol (app: FastifyInstance, id: number | string, photo: Buffer): Promise<void> {
  const url = `/register-face?user_id=${id}`
  const { status, body } = await call(app, {
    method: 'POST', url, payload: photo, headers: { 'content-type': 'image/jpeg' }
  })
  assert.equal(status, 200, JSON.stringify(body))
}

/** A user without a photo, put into the store. */
async function store (app: FastifyInstance, id: number | string, fields: Partial<UserRecord> = {}): Promise<void> {
  const vector = Float32Array.from({ length: 192 }, (_, i) => Math.sin(i + String(id).length))
  await app.encodingStore.update(String(id), () => ({
    userId: id,
    updatedAt: new Date().toISOString(),
    encodings: [{ vector, quality: 0.9, registeredAt: '2026-01-01T00:00:00Z', model: 'test' }],
    ...fields
  }))
}

test('what is set of a user is read back, replaced as a whole, and kept by a new photo', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  await enrol(app, 7, await portraits.anna())
  const before = await call(app, { url: '/users/7' })
  const { updated_at: registeredAt, ...bare } = before.body
  assert.deepEqual(bare, {
    success: true,
    user_id: 7,
    display_name: null,
    groups: [],
    valid_from: null,
    valid_until: null,
    consent_id: null,
    metadata: {},
    encoding_count: 1
  })

  const profile = {
    display_name: 'Anna Lindqvist 李',
    groups: ['day', 'night shift'],
    valid_from: '2026-01-01T08:00:00+02:00',
    valid_until: '2999-01-01T00:00:00Z',
    consent_id: 'form 17',
    metadata: { badge: 12, tags: ['a', { b: null }], long: 'x'.repeat(3000) }
  }
  const changed = await put(app, '7', profile)
  assert.equal(changed.status, 200, JSON.stringify(changed.body))
  const { updated_at: updatedAt, ...set } = changed.body
  assert.deepEqual(set, {
    ...bare, ...profile, valid_from: '2026-01-01T06:00:00.000Z', valid_until: '2999-01-01T00:00:00.000Z'
  })
  assert.ok(String(updatedAt) >= String(registeredAt))
  assert.notEqual(changed.etag, before.etag)

  const photo = { method: 'POST', url: '/recognize', payload: await portraits.anna() } as const
  const named = await call(app, { ...photo, headers: { 'content-type': 'image/jpeg' } })
  assert.equal(named.body['display_name'], 'Anna Lindqvist 李')
  const unnamed = await app.inject({ ...photo, headers: { 'content-type': 'image/jpeg' } })
  assert.deepEqual(Object.keys(unnamed.json()), [
    'success', 'message', 'user_id', 'confidence', 'distance', 'recognized_at'
  ])
  assert.equal((await app.inject('/users/7')).statusCode, 401)

  await enrol(app, 7, await portraits.annaAgain())
  const after = await call(app, { url: '/users/7' })
  assert.deepEqual({ ...after.body, updated_at: updatedAt }, { ...changed.body, encoding_count: 2 })
  // What an answer says can be sent back.
  const same = await put(app, '7', after.body, { 'if-match': after.etag })
  assert.deepEqual({ ...same.body, updated_at: null }, { ...after.body, updated_at: null })

  const cleared = await put(app, '7', { display_name: 'Anna' })
  assert.deepEqual({ ...cleared.body, updated_at: null }, {
    ...bare, display_name: 'Anna', encoding_count: 2, updated_at: null
  })
  assert.equal((await call(app, { url: '/users/8' })).body['code'], 'USER_NOT_FOUND')
  assert.equal((await put(app, '8', { display_name: 'Nobody' })).body['code'], 'USER_NOT_FOUND')
  assert.equal((await call(app, { url: '/status/8' })).body['registered'], false)
})

test('a change that was made from an older state of the user is refused', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  await store(app, 'anna')
  const { etag } = await call(app, { url: '/users/anna' })
  assert.equal((await put(app, 'anna', { display_name: 'A' }, { 'if-match': '*' })).status, 200)
  for (const tag of [etag, 'W/"x"', '', '"a", "b"']) {
    const refused = await put(app, 'anna', { display_name: 'B' }, { 'if-match': tag })
    assert.deepEqual([refused.status, refused.body['code']], [412, 'USER_CHANGED'], tag)
  }
  const now = (await call(app, { url: '/users/anna' })).etag
  assert.equal((await put(app, 'anna', { display_name: 'C' }, { 'if-match': `"old", ${now}` })).status, 200)
  // Of several that start from the same state one is made.
  const { etag: common } = await call(app, { url: '/users/anna' })
  const tries = await Promise.all(['D', 'E', 'F'].map((name) => (
    put(app, 'anna', { display_name: name }, { 'if-match': common })
  )))
  assert.deepEqual(tries.map(({ status }) => status).sort(), [200, 412, 412])
})

test('what a record cannot hold is refused with the name of the field, just above each limit', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  await store(app, 1)
  const refused: Array<[string, object]> = [
    ['display_name', { display_name: '' }],
    ['display_name', { display_name: 'x'.repeat(201) }],
    ['display_name', { display_name: '😀'.repeat(101) }],
    ['consent_id', { consent_id: 5 }],
    ['groups', { groups: ['a', 'a'] }],
    ['groups', { groups: Array.from({ length: 101 }, (_, i) => `g${i}`) }],
    ['groups', { groups: ['😀'.repeat(101)] }],
    ['valid_from', { valid_from: '2026-02-30' }],
    ['valid_from', { valid_from: '2026-01-01T23:59:60Z' }],
    ['valid_until', { valid_until: '9999-12-31T23:59:59-10:00' }],
    ['valid_until', { valid_from: '2026-01-02T00:00:00Z', valid_until: '2026-01-02T00:00:00Z' }],
    ['metadata', { metadata: { text: 'x'.repeat(4086) } }],
    ['metadata', { metadata: [] }],
    ['body', { __proto__: null, toString: 1 }]
  ]
  for (const [field, body] of refused.slice(0, -1)) {
    const { status, body: { code, message } } = await put(app, '1', body)
    assert.deepEqual([status, code], [400, 'INVALID_REQUEST'], JSON.stringify(body).slice(0, 80))
    assert.match(String(message), new RegExp(`^${field}`))
  }
  const accepted = [
    { display_name: '😀'.repeat(100), groups: Array.from({ length: 100 }, (_, i) => `${i}`.padEnd(200, 'ü')) },
    { metadata: { text: 'x'.repeat(4085) } },
    {}
  ]
  for (const body of accepted) assert.equal((await put(app, '1', body)).status, 200)
  const send = (payload: string, type: string): Promise<Answer> =>
    call(app, { method: 'PUT', url: '/users/1', payload, headers: { 'content-type': type } })
  assert.equal((await send('{"display_name":', 'application/json')).status, 400)
  assert.equal((await send('{"metadata":{"__proto__":{}}}', 'application/json')).status, 400)
  assert.equal((await send('', 'application/json')).status, 400)
  assert.equal((await send('x', 'image/jpeg')).status, 415)
  assert.equal((await send(JSON.stringify({ consent_id: 'x'.repeat(128 * 1024) }), 'application/json')).status, 413)
})

test('a user\'s encodings are listed without their numbers, and deleted but for the last', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const photos = [await portraits.anna(), await portraits.annaAgain()]
  for (const photo of photos) await enrol(app, 5, photo)
  const list = await call(app, { url: '/users/5/encodings' })
  const encodings = list.body['encodings'] as Array<Record<string, unknown>>
  assert.equal(encodings.length, 2)
  const record = await app.encodingStore.get('5')
  assert.deepEqual(encodings.map(({ id, ...rest }) => rest), record?.encodings.map((one) => (
    { registered_at: one.registeredAt, quality: one.quality, kind: one.model, matches: 0 }
  )))
  const [first, second] = encodings.map(({ id }) => String(id))
  assert.notEqual(first, second)
  assert.deepEqual((await call(app, { url: `/users/5/encodings/${first}` })).body, {
    success: true, user_id: 5, ...encodings[0]
  })
  assert.equal((await call(app, { url: '/users/5/encodings/0123456789abcdef' })).body['code'], 'ENCODING_NOT_FOUND')
  assert.equal((await call(app, { url: '/users/5/encodings/x' })).status, 400)
  assert.equal((await call(app, { url: `/users/6/encodings/${first}` })).body['code'], 'USER_NOT_FOUND')

  for (const photo of [photos[0]!, photos[1]!, photos[1]!]) {
    await call(app, { method: 'POST', url: '/recognize', payload: photo, headers: { 'content-type': 'image/jpeg' } })
  }
  const matches = async (): Promise<unknown[]> => {
    const { body } = await call(app, { url: '/users/5/encodings' })
    return (body['encodings'] as typeof encodings).map(({ matches }) => matches)
  }
  assert.deepEqual(await matches(), [1, 2])
  await app.sightings.flush()
  assert.deepEqual(await matches(), [1, 2])

  const remove = (id?: string): Promise<Answer> => call(app, { method: 'DELETE', url: `/users/5/encodings/${id}` })
  assert.deepEqual((await remove(first)).body, {
    success: true, message: 'Encoding deleted', user_id: 5, encoding_count: 1
  })
  assert.equal((await remove(first)).body['code'], 'ENCODING_NOT_FOUND')
  const refused = await remove(second)
  assert.deepEqual([refused.status, refused.body['code']], [409, 'LAST_ENCODING'])
  // The first photo is of the same person, and no longer what she is recognised by.
  assert.equal(app.gallery.counts().encodings, 1)
  const left = await call(app, { url: '/users/5/encodings' })
  assert.deepEqual((left.body['encodings'] as typeof encodings).map(({ id }) => id), [second])

  assert.equal((await call(app, { method: 'DELETE', url: '/users/5' })).body['user_id'], 5)
  assert.equal((await call(app, { method: 'DELETE', url: '/users/5' })).body['code'], 'USER_NOT_FOUND')
  assert.equal((await call(app, { url: '/status/5' })).body['registered'], false)
})

test('users are listed page by page, in any order, by any filter, and follow other processes', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const app = await startApp(t, { ADMIN_KEY, FACE_DATA_DIR })
  const people: Array<[number | string, Partial<UserRecord>]> = [
    [2, { displayName: 'Zoë', groups: ['a'], updatedAt: '2026-01-03T00:00:00Z' }],
    [10, { displayName: 'anna', groups: ['a', 'b'], updatedAt: '2026-01-01T00:00:00Z' }],
    ['b@x', { displayName: 'Élodie', validUntil: '2026-01-01T00:00:00Z', updatedAt: '2026-01-02T00:00:00Z' }],
    ['007', { validFrom: '2999-01-01T00:00:00Z', updatedAt: '2026-01-04T00:00:00Z' }]
  ]
  for (const [id, fields] of people) await store(app, id, fields)
  async function ids (query: string): Promise<unknown[]> {
    const found: unknown[] = []
    for (let cursor: unknown = ''; cursor !== null;) {
      const url = `/users?limit=3&${query}${cursor === '' ? '' : `&cursor=${String(cursor)}`}`
      const { status, body } = await call(app, { url })
      assert.equal(status, 200, JSON.stringify(body))
      found.push(...(body['users'] as Array<{ user_id: unknown }>).map(({ user_id: id }) => id))
      cursor = body['next_cursor']
    }
    return found
  }
  assert.deepEqual(await ids(''), [2, 10, '007', 'b@x'])
  assert.deepEqual(await ids('order=-id'), ['b@x', '007', 10, 2])
  assert.deepEqual(await ids('order=name'), [10, 'b@x', 2, '007'])
  assert.deepEqual(await ids('order=-name'), ['007', 2, 'b@x', 10])
  assert.deepEqual(await ids('order=updated'), [10, 'b@x', 2, '007'])
  assert.deepEqual(await ids('group=a'), [2, 10])
  assert.deepEqual(await ids('validity=expired'), ['b@x'])
  assert.deepEqual(await ids('validity=not_yet'), ['007'])
  assert.deepEqual(await ids('search=ZOE'), [2])
  assert.deepEqual(await ids('search=0'), [10, '007'])
  assert.deepEqual(await ids('updated_since=2026-01-03T01:00:00%2B01:00'), [2, '007'])

  const { body } = await call(app, { url: '/users?limit=1&order=name' })
  assert.deepEqual(body['users'], [{
    user_id: 10,
    display_name: 'anna',
    groups: ['a', 'b'],
    valid_from: null,
    valid_until: null,
    updated_at: '2026-01-01T00:00:00.000Z',
    encoding_count: 1
  }])
  const cursor = String(body['next_cursor'])
  for (const query of [
    `cursor=${cursor}`, 'cursor=x', `order=updated&cursor=${cursor}`, 'limit=0', 'limit=1001', 'order=age', 'group=',
    'validity=maybe', 'updated_since=yesterday', `cursor=${Buffer.from('["id","../x",null]').toString('base64url')}`
  ]) {
    const refused = await call(app, { url: `/users?${query}` })
    assert.deepEqual([refused.status, refused.body['code']], [400, 'INVALID_REQUEST'], query)
  }

  const other = await startApp(t, { ADMIN_KEY, FACE_DATA_DIR })
  assert.equal((await put(other, '10', { display_name: 'Bea', groups: [] })).status, 200)
  assert.equal((await call(other, { method: 'DELETE', url: '/users/007' })).status, 200)
  await eventually(async () => (await ids('order=name')).join() === 'b@x,10,2'.replace('b@x,10', '10,b@x'))
  assert.deepEqual(await ids('group=a'), [2])
})
