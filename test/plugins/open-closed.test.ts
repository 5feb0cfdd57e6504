import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { pino } from 'pino'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { startApp, temporaryFolder, TEST_ENV } from '../helper.ts'
import { checkLogLine } from '../support/log-lines.ts'

const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='
const ORIGIN = 'https://page.example'
/** What an old kiosk calls; none of these requests needs a photo to show whether it is let in. */
const OLD: InjectOptions[] = [
  { method: 'POST', url: '/recognize' }, { method: 'POST', url: '/register-face' }, { url: '/status/1' },
  { method: 'DELETE', url: '/face/1' }, { url: '/stats' }, { url: '/metrics' }, { url: '/docs/json' }
]
/** What changes data. */
const CHANGES = ['POST /register-face', 'DELETE /face/1']

const isRefused = async (app: FastifyInstance, request: InjectOptions): Promise<boolean> => (
  (await app.inject(request)).statusCode === 401
)
const security = async (app: FastifyInstance): Promise<unknown> => (
  (await app.inject('/health')).json<{ security: unknown }>().security
)

/** Who may call: the origin in the answer to a request and to its preflight. */
async function origins (app: FastifyInstance, { method = 'GET', url = '' }: InjectOptions): Promise<unknown[]> {
  const headers = { origin: ORIGIN }
  const preflight = { ...headers, 'access-control-request-method': method }
  const answers = [
    await app.inject({ method, url, headers } as InjectOptions),
    await app.inject({ method: 'OPTIONS', url, headers: preflight })
  ]
  return answers.map(({ headers }) => headers['access-control-allow-origin'])
}

test('as long as there is no key the old endpoints are open from anywhere, and what is new is not', async (t) => {
  for (const env of [{}, { ADMIN_KEY }, { AUTH: 'open' }]) {
    const app = await startApp(t, env)
    assert.equal(await security(app), 'open')
    for (const remoteAddress of ['127.0.0.1', '203.0.113.9', '172.18.0.1', '::1', '2001:db8::7']) {
      for (const request of OLD) assert.equal(await isRefused(app, { ...request, remoteAddress }), false)
      assert.equal(await isRefused(app, { url: '/keys', remoteAddress }), true)
    }
    for (const request of OLD) assert.deepEqual(await origins(app, request), ['*', '*'])
    assert.deepEqual(await origins(app, { method: 'POST', url: '/keys' }), [undefined, undefined])
  }
})

test('from the first key on every endpoint asks for one, wherever the request comes from', async (t) => {
  const app = await startApp(t)
  const { key } = await app.keys.create({ name: 'door', role: 'kiosk', expiresAt: new Date(Date.now() + 3_600_000) })
  for (const remoteAddress of ['127.0.0.1', '203.0.113.9', '172.18.0.1', '::1']) {
    for (const request of OLD) assert.equal(await isRefused(app, { ...request, remoteAddress }), true)
  }
  const health = (await app.inject('/health')).json<Record<string, unknown>>()
  assert.deepEqual(Object.keys(health), ['status', 'service', 'timestamp', 'security'])
  assert.equal(health['security'], 'closed')
  for (const url of ['/health/live', '/health/ready']) assert.equal((await app.inject(url)).statusCode, 200)
  const forKiosk = await app.inject({ method: 'POST', url: '/recognize', headers: { 'x-api-key': key } })
  assert.equal(forKiosk.json<{ code: string }>().code, 'INVALID_REQUEST')

  for (const request of OLD) {
    const isChange = CHANGES.includes(`${request.method ?? 'GET'} ${String(request.url)}`)
    assert.deepEqual(await origins(app, request), isChange ? [undefined, undefined] : ['*', '*'], String(request.url))
  }
})

test('AUTH=required closes without a key, and AUTH=open leaves the old endpoints open with one', async (t) => {
  const required = await startApp(t, { AUTH: 'required', ADMIN_KEY })
  assert.equal(await security(required), 'closed')
  for (const request of OLD) assert.equal(await isRefused(required, request), true)
  const headers = { authorization: `Bearer ${ADMIN_KEY}` }
  for (const request of OLD) assert.equal(await isRefused(required, { ...request, headers }), false)

  const open = await startApp(t, { AUTH: 'open' })
  const { key } = await open.keys.create({ name: 'door', role: 'kiosk' })
  assert.equal(await security(open), 'open')
  for (const request of OLD) {
    assert.equal(await isRefused(open, request), false)
    // A key does not take away what everybody may.
    const withKey = await open.inject({ ...request, headers: { 'x-api-key': key } })
    assert.ok(![401, 403].includes(withKey.statusCode), String(request.url))
  }
  assert.equal(await isRefused(open, { url: '/keys' }), true)
  assert.throws(() => loadConfig({ AUTH: 'maybe' }), /AUTH="maybe" is not allowed: expected one of open, required$/)
})

test('CORS_ORIGINS says who may call, whether open or closed', async (t) => {
  const app = await startApp(t, { CORS_ORIGINS: ORIGIN })
  await app.keys.create({ name: 'door', role: 'kiosk' })
  for (const request of OLD) assert.deepEqual(await origins(app, request), [ORIGIN, ORIGIN])
})

test('an open server says so in one line with the command that closes it, a closed one does not', async (t) => {
  const cases = [[{}, 1], [{ ADMIN_KEY }, 1], [{ AUTH: 'open' }, 1], [{ AUTH: 'required' }, 0]] as const
  for (const [env, expected] of cases) {
    const lines: string[] = []
    const config = loadConfig({ ...TEST_ENV, ...env, FACE_DATA_DIR: await temporaryFolder(t) })
    const app = await buildApp(config, pino({ level: 'info' }, {
      write (line: string) {
        checkLogLine(line)
        lines.push(line)
      }
    }))
    t.after(() => app.close())
    await app.ready()
    const told = lines.filter((line) => line.includes('OPEN TO EVERYBODY'))
    assert.equal(told.length, expected)
    if (expected > 0) assert.match(told[0]!, /"level":40,.*npm run keys -- create --name NAME --role admin/)
  }
})
