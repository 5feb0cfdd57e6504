import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { SignJWT, UnsecuredJWT } from 'jose'
import { pino } from 'pino'
import type { Caller } from '../../src/access/roles.ts'
import { buildApp } from '../../src/app.ts'
import { ConfigError, loadConfig } from '../../src/config.ts'
import { eventually, temporaryFolder, TEST_ENV } from '../helper.ts'
import { startIdentityProvider } from '../support/identity-provider.ts'
import { checkLogLine } from '../support/log-lines.ts'

const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='
const AUDIENCE = 'urn:face-server'
/** What comes of a token for an administrator. */
const ADMIN = 'admin console via token'
/** Longer than the key set is left alone after it was fetched. */
const COOLDOWN_MS = 31_000

/** The real server with one more route, for monitors, which says who calls. */
async function start (t: TestContext, env: Record<string, string>): Promise<FastifyInstance> {
  const config = loadConfig({ ...TEST_ENV, FACE_DATA_DIR: await temporaryFolder(t), ...env })
  const app = await buildApp(config, pino({ level: 'info' }, { write: checkLogLine }))
  t.after(() => app.close())
  app.get('/caller', { config: { role: 'monitor' } }, async ({ caller }) => caller)
  await app.ready()
  return app
}

/** Whose token it is, or why it is refused. */
async function outcome (app: FastifyInstance, token: string): Promise<string> {
  const answer = await app.inject({ url: '/caller', headers: { authorization: `Bearer ${token}` } })
  assert.equal(answer.headers['www-authenticate'], answer.statusCode === 401 ? 'Bearer' : undefined)
  assert.ok(!answer.body.includes(token))
  const { code, id, role, via } = answer.json<Partial<Caller> & { code?: string }>()
  return code ?? `${role} ${id} via ${via}`
}

test('tokens of an OpenID provider do instead of keys, with the role that they name', async (t) => {
  const provider = await startIdentityProvider(t)
  const app = await start(t, {
    ADMIN_KEY, JWT_JWKS_URL: provider.keysUrl, JWT_ISSUER: provider.issuer, JWT_AUDIENCE: AUDIENCE
  })
  const roles: Array<[roles: unknown, outcome: string]> = [
    [['monitor'], 'monitor console via token'],
    ['admin', ADMIN], [['kiosk', 'admin', 'other'], ADMIN], [['enroller'], 'FORBIDDEN'],
    [['other'], 'FORBIDDEN'], [[], 'FORBIDDEN'], [undefined, 'FORBIDDEN'], [[['admin']], 'FORBIDDEN'],
    [{ admin: true }, 'FORBIDDEN'], ['ADMIN', 'FORBIDDEN']
  ]
  for (const [named, expected] of roles) {
    assert.equal(await outcome(app, await provider.token(AUDIENCE, named)), expected, JSON.stringify(named))
  }
  assert.equal(await outcome(app, await provider.token('urn:another', ['admin'])), 'UNAUTHORIZED')
  assert.equal(await outcome(app, ADMIN_KEY), 'admin admin-key via admin-key')
  const token = await provider.token(AUDIENCE, ['admin'])
  for (const forged of [token.slice(0, -9), `${token}x`, token.replace(/\.[^.]*\./, `.${btoa('{}')}.`), `${token}.x`]) {
    assert.equal(await outcome(app, forged), 'UNAUTHORIZED', forged)
  }
})

test('a claim may lie in an object', async (t) => {
  const provider = await startIdentityProvider(t, 'ES256')
  const app = await start(t, {
    JWT_JWKS_URL: provider.keysUrl,
    JWT_ISSUER: provider.issuer,
    JWT_AUDIENCE: AUDIENCE,
    JWT_ROLE_CLAIM: 'realm.names'
  })
  assert.equal(await outcome(app, await provider.token(AUDIENCE, ['monitor'])), 'monitor console via token')
})

test('keys are fetched again when the provider has new ones, and nothing opens while it is away', async (t) => {
  const provider = await startIdentityProvider(t)
  const app = await start(t, {
    ADMIN_KEY,
    JWT_JWKS_URL: provider.keysUrl,
    JWT_ISSUER: provider.issuer,
    JWT_AUDIENCE: AUDIENCE,
    AUTH_FAILURES_MAX: '1000'
  })
  const before = await provider.token(AUDIENCE, ['admin'])
  assert.equal(await outcome(app, before), ADMIN)
  await provider.rotate()
  const after = await provider.token(AUDIENCE, ['admin'])
  // However often a token names a key that is not known, the provider is not asked each time.
  for (let i = 0; i < 20; i++) assert.equal(await outcome(app, after), 'UNAUTHORIZED')
  assert.equal(provider.keyRequests(), 1)

  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + COOLDOWN_MS })
  provider.goAway()
  assert.equal(await outcome(app, after), 'PROVIDER_UNAVAILABLE')
  assert.equal(await outcome(app, before), ADMIN)
  assert.equal(await outcome(app, ADMIN_KEY), 'admin admin-key via admin-key')
  const asked = provider.keyRequests()
  for (let i = 0; i < 20; i++) assert.equal(await outcome(app, after), 'PROVIDER_UNAVAILABLE')
  assert.equal(provider.keyRequests(), asked)

  provider.comeBack()
  await eventually(async () => await outcome(app, after) === ADMIN)
  // The key was withdrawn.
  assert.equal(await outcome(app, before), 'UNAUTHORIZED')
})

test('a provider that is away at the start, or sends no key set, opens nothing', async (t) => {
  const provider = await startIdentityProvider(t)
  const token = await provider.token(AUDIENCE, ['admin'])
  for (const JWT_JWKS_URL of ['http://127.0.0.1:9/jwks', `${provider.issuer}/nowhere`, `${provider.issuer}/token`]) {
    const app = await start(t, { JWT_JWKS_URL, JWT_ISSUER: provider.issuer, JWT_AUDIENCE: AUDIENCE })
    assert.equal(await outcome(app, token), 'PROVIDER_UNAVAILABLE')
    assert.equal((await app.inject('/caller')).statusCode, 401)
  }
})

interface Signing {
  alg?: string
  key?: KeyObject | Uint8Array
  claims?: Record<string, unknown>
  expires?: string | null
  starts?: string
}

const CLAIMS = { iss: 'https://id', aud: AUDIENCE, sub: 'console', roles: ['admin'] }
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PEM = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()

async function sign (
  { alg = 'RS256', key = pair.privateKey, claims, expires = '5m', starts }: Signing = {}
): Promise<string> {
  const token = new SignJWT({ ...CLAIMS, ...claims })
    .setProtectedHeader({ alg })
  if (expires !== null) token.setExpirationTime(expires)
  if (starts !== undefined) token.setNotBefore(starts)
  return await token.sign(key)
}

test('with one key, every rule for a token holds, just below and just above the tolerance', async (t) => {
  const app = await start(t, {
    JWT_PUBLIC_KEY: PEM.trim().replaceAll('\n', '\\n'),
    JWT_ISSUER: 'https://id',
    JWT_AUDIENCE: AUDIENCE,
    JWT_CLOCK_SKEW: '30'
  })
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const cases: Array<[what: string, token: string, expected: string]> = [
    ['valid', await sign(), ADMIN],
    ['PS384', await sign({ alg: 'PS384' }), ADMIN],
    ['for several', await sign({ claims: { aud: ['x', AUDIENCE] } }), ADMIN],
    ['just expired', await sign({ expires: '20s ago' }), ADMIN],
    ['expired', await sign({ expires: '40s ago' }), 'UNAUTHORIZED'],
    ['about to start', await sign({ starts: '20s' }), ADMIN],
    ['of the future', await sign({ starts: '40s' }), 'UNAUTHORIZED'],
    ['without an end', await sign({ expires: null }), 'UNAUTHORIZED'],
    ['without a subject', await sign({ claims: { sub: undefined } }), 'UNAUTHORIZED'],
    ['of another issuer', await sign({ claims: { iss: 'https://id.evil' } }), 'UNAUTHORIZED'],
    ['of no issuer', await sign({ claims: { iss: undefined } }), 'UNAUTHORIZED'],
    ['for others', await sign({ claims: { aud: `${AUDIENCE}2` } }), 'UNAUTHORIZED'],
    ['for nobody', await sign({ claims: { aud: undefined } }), 'UNAUTHORIZED'],
    ['of another key', await sign({ key: other }), 'UNAUTHORIZED'],
    ['of another kind of key', await sign({ alg: 'ES256', key: ec }), 'UNAUTHORIZED'],
    // The public key is no secret: as one for HMAC it would sign anything.
    ['HMAC', await sign({ alg: 'HS256', key: Buffer.from(PEM) }), 'UNAUTHORIZED'],
    ['unsigned', new UnsecuredJWT(CLAIMS).setExpirationTime('5m').encode(), 'UNAUTHORIZED']
  ]
  for (const [what, token, expected] of cases) assert.equal(await outcome(app, token), expected, what)
})

test('half a configuration stops the start', () => {
  const complete = { JWT_JWKS_URL: 'https://id/keys', JWT_ISSUER: 'https://id', JWT_AUDIENCE: 'x' }
  assert.doesNotThrow(() => loadConfig(complete))
  const cases: Array<[env: Record<string, string>, message: RegExp]> = [
    [{ ...complete, JWT_ISSUER: '' }, /^JWT_JWKS_URL needs JWT_ISSUER, too$/],
    [{ ...complete, JWT_AUDIENCE: '' }, /^JWT_JWKS_URL needs JWT_AUDIENCE, too$/],
    [{ ...complete, JWT_JWKS_URL: '' }, /^JWT_ISSUER needs JWT_JWKS_URL or JWT_PUBLIC_KEY, too$/],
    [{ ...complete, JWT_PUBLIC_KEY: PEM }, /^JWT_PUBLIC_KEY is not allowed with JWT_JWKS_URL/],
    [{ ...complete, JWT_JWKS_URL: 'http://id/keys' }, /^JWT_JWKS_URL="http:\/\/id\/keys" is not allowed: expected an/],
    [{ ...complete, JWT_JWKS_URL: 'http://localhost.evil/keys' }, /^JWT_JWKS_URL=/]
  ]
  for (const [env, message] of cases) {
    assert.throws(() => loadConfig(env), (err) => {
      assert.ok(err instanceof ConfigError)
      assert.match(err.message, message)
      return true
    })
  }
})

test('a key that is none, or is private, stops the start without being repeated', async (t) => {
  const secret = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  for (const JWT_PUBLIC_KEY of ['nonsense', secret]) {
    await assert.rejects(start(t, { JWT_PUBLIC_KEY, JWT_ISSUER: 'https://id', JWT_AUDIENCE: 'x' }), {
      name: 'ConfigError',
      message: 'JWT_PUBLIC_KEY is not allowed: expected a public key or a certificate in PEM'
    })
  }
})
