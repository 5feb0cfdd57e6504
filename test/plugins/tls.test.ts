import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { pino } from 'pino'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { eventually, startApp, temporaryFolder, TEST_ENV } from '../helper.ts'
import { askOverTls, EXPIRED, tlsFiles } from '../support/certificates.ts'

const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256

async function metric (app: Awaited<ReturnType<typeof startApp>>, name: string): Promise<number> {
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(await app.metrics.text())?.[1])
}

function keptAlive (t: TestContext, ca: string): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca })
  t.after(() => agent.destroy())
  return agent
}

test('with a certificate the server speaks HTTPS, and limits its connections as before', async (t) => {
  const { authority, env } = await tlsFiles(t)
  const app = await startApp(t, { ...env, MAX_CONNECTIONS: '1' })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  assert.match(url, /^https:/)
  const agent = keptAlive(t, authority.certificate)
  assert.equal((await askOverTls(`${url}/health/live`, { agent })).status, 200)
  const refused = await askOverTls(`${url}/health/live`, { ca: authority.certificate })
  assert.deepEqual([refused.status, (JSON.parse(refused.body) as { code: string }).code], [503, 'OVERLOADED'])
  assert.equal((await askOverTls(`${url}/health/live`, { agent })).status, 200)
  await assert.rejects(askOverTls(`${url}/health/live`, {}), { code: 'SELF_SIGNED_CERT_IN_CHAIN' })
})

test('what is no TLS is closed without an answer, and the server goes on', async (t) => {
  const { authority, env } = await tlsFiles(t)
  const app = await startApp(t, env)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => { answer += String(chunk) }).on('error', () => {})
  socket.write('GET /health HTTP/1.1\r\nHost: door\r\n\r\n')
  await once(socket, 'close')
  assert.doesNotMatch(answer, /HTTP/)
  assert.equal((await askOverTls(`${url}/health`, { ca: authority.certificate })).status, 200)
  await eventually(async () => await metric(app, 'face_connections') === 0)
})

test('a new certificate is taken while connections stay open, and one that is broken is not', async (t) => {
  const { authority, env, renew } = await tlsFiles(t)
  const lines: Array<{ level: number, msg: string, err?: { message: string } }> = []
  const config = loadConfig({ ...TEST_ENV, ...env, FACE_DATA_DIR: await temporaryFolder(t) })
  const output = { write: (line: string) => lines.push(JSON.parse(line)) }
  const app = await buildApp(config, pino({ level: 'info' }, output))
  t.after(() => app.close())
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/health/live`
  const ca = authority.certificate
  const agent = keptAlive(t, ca)
  const first = await askOverTls(url, { agent })
  const shown = async (): Promise<string> => (await askOverTls(url, { ca, agent: false })).fingerprint

  const second = fingerprintOf(await renew())
  assert.notEqual(second, first.fingerprint)
  await eventually(async () => await shown() === second)
  const again = await askOverTls(url, { agent })
  assert.deepEqual([again.status, again.port, again.fingerprint], [200, first.port, first.fingerprint])
  const expiry = Date.parse(new X509Certificate(await readFile(env.TLS_CERT_FILE)).validTo) / 1000
  assert.equal(await metric(app, 'face_tls_certificate_expiry_timestamp_seconds'), expiry)

  const failures = (): string[] => lines.filter(({ level }) => level === 50).map(({ msg }) => msg)
  await writeFile(env.TLS_CERT_FILE, 'no certificate')
  await eventually(() => failures().length > 0)
  assert.equal(failures()[0], 'certificate not taken: the one in use stays')
  assert.equal(await shown(), second)

  const third = fingerprintOf(await renew())
  await eventually(async () => await shown() === third)
  assert.equal((await askOverTls(url, { agent })).port, first.port)
  await renew(EXPIRED)
  await eventually(() => failures().includes('the certificate has expired'))
  await assert.rejects(shown(), { code: 'CERT_HAS_EXPIRED' })
})

test('files that are missing or do not belong together stop the start with one line', async (t) => {
  const [own, other] = await Promise.all([tlsFiles(t), tlsFiles(t)])
  const FACE_DATA_DIR = await temporaryFolder(t)
  const start = (env: Record<string, string>): Promise<unknown> =>
    buildApp(loadConfig({ ...TEST_ENV, FACE_DATA_DIR, ...env }), pino({ level: 'silent' }))
  const { TLS_CERT_FILE, TLS_KEY_FILE } = own.env
  const cases: Array<[env: Record<string, string>, line: RegExp]> = [
    [{ TLS_CERT_FILE }, /^TLS_CERT_FILE needs TLS_KEY_FILE, too$/],
    [{ TLS_KEY_FILE }, /^TLS_KEY_FILE needs TLS_CERT_FILE, too$/],
    [{ TLS_CLIENT_CA_FILE: TLS_CERT_FILE }, /^TLS_CLIENT_CA_FILE needs TLS_CERT_FILE, too$/],
    [{ TLS_CERT_FILE, TLS_KEY_FILE: other.env.TLS_KEY_FILE }, /^TLS_KEY_FILE="\S+" is not the key of the first cert/],
    [{ TLS_CERT_FILE, TLS_KEY_FILE: TLS_CERT_FILE }, /^TLS_KEY_FILE="\S+" is not a private key in PEM without a pass/],
    [{ TLS_CERT_FILE: TLS_KEY_FILE, TLS_KEY_FILE }, /^TLS_CERT_FILE="\S+" is not a certificate in PEM: /],
    [{ TLS_CERT_FILE: '/nowhere', TLS_KEY_FILE }, /^TLS_CERT_FILE="\/nowhere" cannot be read: ENOENT/],
    [{ ...own.env, TLS_CLIENT_CA_FILE: TLS_CERT_FILE }, /^TLS_CLIENT_CA_FILE="\S+" has a certificate that is no cert/]
  ]
  for (const [env, message] of cases) {
    await assert.rejects(async () => await start(env), (err: Error) => {
      assert.equal(err.name, 'ConfigError')
      assert.match(err.message, message)
      return !err.message.includes('\n')
    })
  }
})

test('a page offers the authority of the server, and only where there is one', async (t) => {
  const { authority, env } = await tlsFiles(t)
  const app = await startApp(t, env)
  const page = await app.inject('/ca')
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  assert.ok(page.body.includes(fingerprintOf(authority.certificate)))
  assert.match(page.body, /Android.*iPad.*Windows.*Linux/s)
  assert.doesNotMatch(page.body, /(src|href)="(?!\/ca\.crt")|https?:|<script/)
  const offered = await app.inject('/ca.crt')
  assert.equal(offered.headers['content-type'], 'application/x-x509-ca-cert')
  assert.equal(fingerprintOf(offered.body), fingerprintOf(authority.certificate))

  const [leaf] = (await readFile(env.TLS_CERT_FILE, 'utf8')).split(/(?<=END CERTIFICATE-----)\n/)
  await writeFile(env.TLS_CERT_FILE, leaf!)
  for (const without of [await startApp(t, env), await startApp(t)]) {
    for (const url of ['/ca', '/ca.crt']) assert.equal((await without.inject(url)).statusCode, 404)
  }
})
