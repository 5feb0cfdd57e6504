import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { buildApp } from '../../src/app.ts'
import { ConfigError, loadConfig } from '../../src/config.ts'
import { startApp, temporaryFolder, TEST_ENV } from '../helper.ts'
import { portraits } from '../photos.ts'

const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='
const MESSAGE = 'This face is already registered for another user: check the user id'

const registration = (userId: string, payload: Buffer, authorization?: string) => ({
  method: 'POST',
  url: `/register-face?user_id=${userId}`,
  payload,
  headers: { 'content-type': 'image/jpeg', ...authorization && { authorization } }
} as const)

test('administrators alone are told whose face it is, in the type of the user id, and no log line is', async (t) => {
  const log: string[] = []
  const config = loadConfig({ ...TEST_ENV, ADMIN_KEY, FACE_DATA_DIR: await temporaryFolder(t) })
  const app = await buildApp(config, pino({ level: 'trace' }, { write: (line: string) => log.push(line) }))
  t.after(() => app.close())
  await app.ready()
  const anna = await portraits.anna()
  assert.equal((await app.inject(registration('secret-anna', anna))).statusCode, 200)

  const refusal = { success: false, message: MESSAGE, code: 'FACE_ALREADY_REGISTERED' }
  for (const [authorization, expected] of [
    [undefined, refusal], ['Basic YTpi', refusal],
    [`Bearer ${ADMIN_KEY}`, { ...refusal, user_id: 'secret-anna' }],
    [`bearer ${ADMIN_KEY}`, { ...refusal, user_id: 'secret-anna' }]
  ] as const) {
    const refused = await app.inject(registration('2', anna, authorization))
    assert.equal(refused.statusCode, 409)
    assert.deepEqual(refused.json(), expected, authorization)
  }
  assert.equal((await app.inject({ method: 'DELETE', url: '/face/secret-anna' })).statusCode, 200)
  assert.equal((await app.inject(registration('2', anna, `Bearer ${ADMIN_KEY}`))).statusCode, 200)
  const numbered = await app.inject(registration('3', anna, `Bearer ${ADMIN_KEY}`))
  assert.equal(numbered.json<{ user_id: unknown }>().user_id, 2)

  assert.ok(log.some((line) => line.includes('FACE_ALREADY_REGISTERED')))
  assert.doesNotMatch(log.join(''), /secret-anna|"user_id"/)
  assert.ok(!log.join('').includes(ADMIN_KEY))
})

test('a wrong key is refused before the photo is looked at, counts for the rate ' +
  'limit, and is not repeated', async (t) => {
  const app = await startApp(t, { ADMIN_KEY, RATE_LIMIT_MAX: '6' })
  const anna = await portraits.anna()
  for (const wrong of ['', 'x', ADMIN_KEY.slice(1), `${ADMIN_KEY}=`, ADMIN_KEY.toLowerCase()]) {
    const refused = await app.inject(registration('1', anna, `Bearer ${wrong}`))
    assert.equal(refused.statusCode, 401, wrong)
    assert.deepEqual(refused.json(), {
      success: false, message: 'This needs a valid key: ask the administrator for one', code: 'UNAUTHORIZED'
    })
    assert.equal(refused.headers['www-authenticate'], 'Bearer')
  }
  assert.equal((await app.inject({ url: '/status/1', headers: { authorization: 'Bearer x' } })).statusCode, 401)
  assert.equal((await app.inject({ url: '/status/1', headers: { authorization: 'Bearer x' } })).statusCode, 429)
  assert.deepEqual(app.gallery.counts(), { users: 0, encodings: 0, compared: 0, outdated: 0 })
})

test('without ADMIN_KEY nobody is an administrator, and keys mean nothing', async (t) => {
  const app = await startApp(t)
  const anna = await portraits.anna()
  assert.equal((await app.inject(registration('1', anna, 'Bearer '))).statusCode, 200)
  const refused = await app.inject(registration('2', anna, 'Bearer undefined'))
  assert.deepEqual(refused.json(), { success: false, message: MESSAGE, code: 'FACE_ALREADY_REGISTERED' })
})

test('a short key stops the start without being repeated', () => {
  for (const key of ['short', 'fifteen-letters', 'with a space in it']) {
    assert.throws(() => loadConfig({ ADMIN_KEY: key }), (err) => {
      assert.ok(err instanceof ConfigError)
      assert.match(err.message, /^ADMIN_KEY is not allowed: expected 16 or more/)
      return !err.message.includes(key)
    })
  }
  assert.equal(loadConfig({ ADMIN_KEY }).ADMIN_KEY, ADMIN_KEY)
})

test('the OpenAPI document names the field, the refusal of wrong keys and where the key goes', async (t) => {
  const app = await startApp(t)
  const document = (await app.inject({ url: '/docs/json' })).json<{
    paths: Record<string, {
      post: {
        security: unknown,
        responses: Record<string, { content: Record<string, { schema: { properties: object, required: string[] } }> }>
      }
    }>
    components: { securitySchemes: unknown }
  }>()
  const { security, responses } = document.paths['/register-face']!.post
  const { properties, required } = responses['409']!.content['application/json']!.schema
  assert.ok('user_id' in properties)
  assert.ok(!required.includes('user_id'))
  assert.ok(responses['401'])
  assert.deepEqual(security, [{}, { bearer: [] }, { apiKey: [] }, { session: [] }])
  assert.ok(document.components.securitySchemes)
})
