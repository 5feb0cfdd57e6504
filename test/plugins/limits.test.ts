import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { eventually, startApp } from '../helper.ts'
import { onCluster } from '../store/postgres-cluster.ts'

const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })

async function statusOf (
  app: FastifyInstance, headers: Record<string, string>, remoteAddress = '10.0.0.1'
): Promise<number> {
  return (await app.inject({ url: '/status/1', headers, remoteAddress })).statusCode
}

async function failures (app: FastifyInstance): Promise<Record<string, number>> {
  const found = (await app.metrics.text()).matchAll(/^face_auth_failures_total\{reason="(\w+)"\} (\d+)$/gm)
  return Object.fromEntries([...found].map(([, reason, count]) => [reason, Number(count)]))
}

test('a key gets KEY_RATE_LIMIT_MAX requests from all addresses together, whatever others send', async (t) => {
  const app = await startApp(t, { KEY_RATE_LIMIT_MAX: '5' })
  const [one, two] = await Promise.all(['one', 'two'].map((name) => app.keys.create({ name, role: 'enroller' })))
  for (let n = 0; n < 5; n++) assert.equal(await statusOf(app, bearer(one!.key), `10.0.0.${n}`), 200)
  const refused = await app.inject({ url: '/status/1', headers: bearer(one!.key), remoteAddress: '10.0.0.9' })
  assert.equal(refused.json<{ code: string }>().code, 'RATE_LIMITED')
  const { message } = refused.json<{ message: string }>()
  assert.match(message, /^Too many requests with this key: try again in \d+ seconds$/)
  assert.ok(Number(refused.headers['retry-after']) > 0)
  assert.equal(await statusOf(app, bearer(two!.key)), 200)
})

test('an address gets RATE_LIMIT_MAX requests, whatever keys it shows', async (t) => {
  const app = await startApp(t, { RATE_LIMIT_MAX: '4' })
  const keys = await Promise.all(['one', 'two'].map((name) => app.keys.create({ name, role: 'enroller' })))
  for (let n = 0; n < 4; n++) assert.equal(await statusOf(app, bearer(keys[n % 2]!.key)), 200)
  for (const { key } of keys) assert.equal(await statusOf(app, bearer(key)), 429)
  assert.equal(await statusOf(app, bearer(keys[0]!.key), '10.0.0.2'), 200)
})

test('after AUTH_FAILURES_MAX wrong keys an address is told to wait, may not guess ADMIN_KEY, and its ' +
  'random keys still work', async (t) => {
  const app = await startApp(t, { AUTH_FAILURES_MAX: '3', ADMIN_KEY })
  const { key } = await app.keys.create({ name: 'one', role: 'enroller' })
  const { key: forKiosk } = await app.keys.create({ name: 'two', role: 'kiosk' })
  const wrong = [bearer('wrong'), { 'x-api-key': `${key}x` }, bearer(ADMIN_KEY.slice(1))]
  assert.equal(await statusOf(app, {}), 401)
  assert.equal(await statusOf(app, bearer(forKiosk)), 403)
  for (const headers of wrong) {
    assert.equal(await statusOf(app, bearer(ADMIN_KEY)), 200)
    assert.equal(await statusOf(app, headers), 401)
  }
  assert.equal(await statusOf(app, bearer('wrong')), 429)
  assert.equal(await statusOf(app, bearer(ADMIN_KEY)), 429)
  assert.equal(await statusOf(app, bearer(key)), 200)
  // Nothing is wrong about showing no key.
  assert.equal(await statusOf(app, {}), 401)
  for (const remoteAddress of ['10.0.0.2', '::1']) {
    assert.equal(await statusOf(app, bearer(ADMIN_KEY), remoteAddress), 200)
    assert.equal(await statusOf(app, bearer('wrong'), remoteAddress), 401)
  }
  assert.deepEqual(await failures(app), { missing: 2, wrong: 5, limited: 2, forbidden: 1 })
})

await onCluster('limits of several machines', (cluster) => {
  test('machines with one database know of each other\'s requests within seconds', async (t) => {
    const DATABASE_URL = await cluster.createDatabase()
    const env = { DATABASE_URL, AUTH_FAILURES_MAX: '3', AUTH: 'required' }
    const [one, two] = [await startApp(t, env), await startApp(t, env)]
    for (let n = 0; n < 2; n++) assert.equal(await statusOf(one, bearer('wrong')), 401)
    assert.equal(await statusOf(two, bearer('wrong')), 401)
    await eventually(async () => (
      one.limits.hasFailedOften({ ip: '10.0.0.1' } as never) && two.limits.hasFailedOften({ ip: '10.0.0.1' } as never)
    ))
    for (const app of [one, two]) {
      assert.equal(await statusOf(app, bearer('wrong')), 429)
      assert.equal(await statusOf(app, bearer('wrong'), '10.0.0.2'), 401)
    }
  })
})
