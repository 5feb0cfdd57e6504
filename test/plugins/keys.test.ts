import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { eventually, startApp, temporaryFolder } from '../helper.ts'

const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })

interface KeyAnswer { key: string, id: string, name: string, role: string, old_valid_until?: string, success: boolean }

async function createKey (app: FastifyInstance, payload: object, key = ADMIN_KEY): Promise<KeyAnswer> {
  const answer = await app.inject({ method: 'POST', url: '/keys', payload, headers: bearer(key) })
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<KeyAnswer>()
}

test('an administrator makes, lists, rotates and revokes keys; each works at once', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const { key, id, ...told } = await createKey(app, { name: 'statistics', role: 'monitor', addresses: ['127.0.0.0/8'] })
  assert.deepEqual([told.success, told.name, told.role], [true, 'statistics', 'monitor'])
  const stats = (shown: string, header = bearer(shown)) => app.inject({ url: '/stats', headers: header })
  assert.equal((await stats(key)).statusCode, 200)
  assert.equal((await stats('', { 'x-api-key': key })).statusCode, 200)
  assert.equal((await app.inject({ url: '/stats', headers: bearer(key), remoteAddress: '10.1.2.3' })).statusCode, 401)

  const list = await app.inject({ url: '/keys', headers: bearer(ADMIN_KEY) })
  assert.equal(list.headers['cache-control'], 'no-store')
  const { keys } = list.json<{ keys: KeyAnswer[] }>()
  assert.deepEqual(keys.map(({ id, name }) => [id, name]), [[id, 'statistics']])
  assert.ok(!list.body.includes(key.slice(18)))

  const rotated = (await app.inject({
    method: 'POST', url: `/keys/${id}/rotate`, headers: bearer(ADMIN_KEY)
  })).json<KeyAnswer>()
  assert.ok(Date.parse(rotated.old_valid_until!) > Date.now() + 23 * 3_600_000)
  for (const each of [key, rotated.key]) assert.equal((await stats(each)).statusCode, 200)
  const again = (await app.inject({
    method: 'POST',
    url: `/keys/${id}/rotate`,
    headers: bearer(ADMIN_KEY),
    payload: { old_valid_until: new Date().toISOString() }
  })).json<KeyAnswer>()
  const statuses = await Promise.all([key, rotated.key, again.key].map(async (each) => (await stats(each)).statusCode))
  assert.deepEqual(statuses, [401, 401, 200])
  const revoke = () => app.inject({ method: 'DELETE', url: `/keys/${id}`, headers: bearer(ADMIN_KEY) })
  assert.equal((await revoke()).statusCode, 200)
  assert.equal((await stats(again.key)).statusCode, 401)
  assert.equal((await revoke()).json<{ code: string }>().code, 'KEY_NOT_FOUND')
})

test('what is asked for is checked', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  for (const payload of [
    {}, { name: 'a' }, { name: '', role: 'kiosk' }, { name: 'a', role: 'god' }, { name: 'a', role: 'anybody' },
    { name: 'a', role: 'kiosk', expires_at: 'tomorrow' },
    { name: 'a', role: 'kiosk', expires_at: '2020-01-01T00:00:00Z' },
    { name: 'a', role: 'kiosk', addresses: ['everywhere'] }, { name: 'a', role: 'admin', groups: ['day'] },
    { name: 'a'.repeat(201), role: 'kiosk' }, { name: 'a', role: 'kiosk', groups: [] }
  ]) {
    const refused = await app.inject({ method: 'POST', url: '/keys', payload, headers: bearer(ADMIN_KEY) })
    assert.equal(refused.statusCode, 400, JSON.stringify(payload))
  }
  for (const url of ['/keys/x', '/keys/..%2fusers', '/keys/0123456789AB']) {
    assert.equal((await app.inject({ method: 'DELETE', url, headers: bearer(ADMIN_KEY) })).statusCode, 400)
  }
  const { statusCode } = await app.inject({
    method: 'POST',
    url: '/keys',
    payload: 'x'.repeat(200_000),
    headers: { ...bearer(ADMIN_KEY), 'content-type': 'application/json' }
  })
  assert.equal(statusCode, 413)
  assert.deepEqual(app.keys.list(), [])
})

test('a key that one server makes or revokes counts on another within a second', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const [one, two] = [await startApp(t, { ADMIN_KEY, FACE_DATA_DIR }), await startApp(t, { FACE_DATA_DIR })]
  assert.equal((await two.inject('/stats')).statusCode, 200)
  const { key, id } = await createKey(one, { name: 'a', role: 'monitor' })
  const madeAt = performance.now()
  await eventually(async () => (await two.inject('/stats')).statusCode === 401)
  t.diagnostic(`closed after ${Math.round(performance.now() - madeAt)} ms`)
  assert.equal((await two.inject({ url: '/stats', headers: bearer(key) })).statusCode, 200)
  await one.inject({ method: 'DELETE', url: `/keys/${id}`, headers: bearer(ADMIN_KEY) })
  await eventually(async () => (await two.inject({ url: '/stats', headers: bearer(key) })).statusCode === 401)
  assert.equal((await two.inject('/stats')).statusCode, 401)
})
