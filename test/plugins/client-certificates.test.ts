import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pino } from 'pino'
import { issueForClient, makeAuthority, type Credentials } from '../../commands/certificates.ts'
import { buildApp } from '../../src/app.ts'
import { ConfigError, loadConfig } from '../../src/config.ts'
import { eventually, temporaryFolder, TEST_ENV } from '../helper.ts'
import { askOverTls, EXPIRED, tlsFiles, VALID } from '../support/certificates.ts'
import { checkLogLine } from '../support/log-lines.ts'

const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='

interface Server {
  readonly authority: Credentials
  /** Issues certificates for clients. */
  readonly clients: Credentials
  readonly clientsFile: string
  /** What comes of a request of the client with this certificate: who it is, or why it is refused. */
  ask (client: Credentials | null, path?: string, options?: { method?: string, headers?: Record<string, string> }):
  Promise<string>
  readonly url: string
}

/** The real server over TLS with two more routes, for kiosks, which say who calls. */
async function start (t: TestContext, env: Record<string, string> = {}): Promise<Server> {
  const files = await tlsFiles(t)
  const [ca, clients] = [files.authority.certificate, await makeAuthority('Clients', VALID)]
  const clientsFile = join(await temporaryFolder(t), 'clients.crt')
  await writeFile(clientsFile, clients.certificate)
  const FACE_DATA_DIR = await temporaryFolder(t)
  const config = loadConfig({
    ...TEST_ENV, FACE_DATA_DIR, ADMIN_KEY, TLS_CLIENT_CA_FILE: clientsFile, ...files.env, ...env
  })
  const app = await buildApp(config, pino({ level: 'info' }, { write: checkLogLine }))
  t.after(() => app.close())
  const route = { role: 'kiosk' } as const
  app.get('/caller', { config: route }, async ({ caller }) => caller)
  app.put('/caller', { config: route }, async ({ caller }) => caller)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    authority: files.authority,
    clients,
    clientsFile,
    url,
    async ask (client, path = '/caller', options = {}) {
      const { body } = await askOverTls(`${url}${path}`, {
        ca, ...client && { cert: client.certificate, key: client.key }, ...options
      })
      const { code, role, id, via } = JSON.parse(body) as Record<string, string>
      return code ?? (via === undefined ? 'ok' : `${role} ${id} via ${via}`)
    }
  }
}

test('a certificate does instead of a key, with the role of its unit, and browsers need none', async (t) => {
  const { ask, clients, authority } = await start(t, { TLS_CLIENT_ROLES: 'kiosk=kiosk, front desk =enroller' })
  const issue = (unit: string, validity = VALID, by = clients): Promise<Credentials> =>
    issueForClient(by, { name: 'Gate 2', unit }, validity)
  const kiosk = await issue('kiosk')
  assert.equal(await ask(kiosk), 'kiosk Gate 2 via certificate')
  assert.equal(await ask(await issue('front desk')), 'enroller Gate 2 via certificate')
  for (const unit of ['admin', 'front', 'Kiosk', 'kiosk=kiosk']) {
    assert.equal(await ask(await issue(unit)), 'UNAUTHORIZED', unit)
  }
  assert.equal(await ask(null), 'UNAUTHORIZED')
  assert.equal(await ask(null, '/health'), 'ok')
  assert.equal(await ask(kiosk, '/health'), 'ok')

  // A key says more than a certificate, and a wrong one is refused.
  const withKey = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })
  for (const client of [null, kiosk]) {
    assert.equal(await ask(client, '/caller', withKey(ADMIN_KEY)), 'admin admin-key via admin-key')
    assert.equal(await ask(client, '/caller', withKey('wrong')), 'UNAUTHORIZED')
  }

  const foreign = await makeAuthority('Clients', VALID)
  for (const untrusted of [
    await issue('kiosk', EXPIRED), await issue('kiosk', VALID, foreign), await issue('kiosk', VALID, authority)
  ]) {
    assert.equal(await ask(untrusted), 'UNAUTHORIZED')
    assert.equal(await ask(untrusted, '/health'), 'ok')
    assert.equal(await ask(untrusted, '/caller', withKey(ADMIN_KEY)), 'admin admin-key via admin-key')
  }
})

test('pages of others cannot use the certificate that a browser adds', async (t) => {
  const { ask, clients, url } = await start(t)
  const kiosk = await issueForClient(clients, { name: 'Gate 2', unit: 'kiosk' }, VALID)
  const [{ host }, ok] = [new URL(url), 'kiosk Gate 2 via certificate']
  const cases: Array<[headers: Record<string, string>, expected: string]> = [
    [{}, ok], // A program.
    [{ origin: url }, ok],
    [{ origin: `https://${host.toUpperCase()}` }, ok],
    [{ origin: 'https://evil.example' }, 'FORBIDDEN'],
    [{ origin: `https://evil.${host}` }, 'FORBIDDEN'],
    [{ origin: 'null' }, 'FORBIDDEN'],
    [{ origin: 'https://127.0.0.1' }, 'FORBIDDEN'],
    [{ 'sec-fetch-site': 'same-origin', origin: url }, ok],
    [{ 'sec-fetch-site': 'same-site', origin: url }, 'FORBIDDEN'],
    [{ 'sec-fetch-site': 'cross-site' }, 'FORBIDDEN'],
    [{ 'sec-fetch-site': 'none' }, 'FORBIDDEN']
  ]
  for (const [headers, expected] of cases) {
    assert.equal(await ask(kiosk, '/caller', { method: 'PUT', headers }), expected, JSON.stringify(headers))
  }
  assert.equal(await ask(kiosk, '/caller', { headers: { origin: 'https://evil.example' } }), ok)
  // By DNS rebinding a name of somebody else leads here, and its pages are of one origin with this server: TLS ends it.
  const rebound = { host: 'evil.example', origin: 'https://evil.example' }
  await assert.rejects(ask(kiosk, '/caller', { method: 'PUT', headers: rebound }), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID'
  })
  const socket = { upgrade: 'websocket', connection: 'upgrade', origin: 'https://evil.example' }
  assert.equal(await ask(kiosk, '/caller', { headers: socket }), 'FORBIDDEN')
})

test('other authorities are taken while connections stay open', async (t) => {
  const { ask, clients, clientsFile, authority, url } = await start(t)
  const next = await makeAuthority('Next', VALID)
  const wish = { name: 'Gate 2', unit: 'kiosk' }
  const [before, after] = await Promise.all([clients, next].map((by) => issueForClient(by, wish, VALID)))
  const agent = new Agent({
    keepAlive: true, maxSockets: 1, ca: authority.certificate, cert: before!.certificate, key: before!.key
  })
  t.after(() => agent.destroy())
  const first = await askOverTls(`${url}/caller`, { agent })
  assert.equal(first.status, 200)
  assert.equal(await ask(after!), 'UNAUTHORIZED')
  await writeFile(clientsFile, next.certificate)
  await eventually(async () => await ask(after!) === 'kiosk Gate 2 via certificate')
  assert.equal(await ask(before!), 'UNAUTHORIZED')
  const again = await askOverTls(`${url}/caller`, { agent })
  assert.deepEqual([again.status, again.port], [200, first.port])
})

test('units have roles that exist', () => {
  for (const TLS_CLIENT_ROLES of ['kiosk', 'kiosk=king', '=kiosk', 'a=kiosk,', 'a=b=kiosk']) {
    assert.throws(() => loadConfig({ TLS_CLIENT_ROLES }), (err) => (
      err instanceof ConfigError && err.message.endsWith(
        'is not allowed: expected UNIT=ROLE, separated by commas, such as kiosk=kiosk,reception=enroller'
      )
    ))
  }
})
