import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { startApp, temporaryFolder } from '../helper.ts'
import { askOverTls } from '../support/certificates.ts'

const DAY_MS = 86_400_000
/** Apple's devices refuse what is valid for longer. */
const DAYS_MAX = 398
const PROGRAM = resolve('dist/commands/tls.js')
const execute = promisify(execFile)

/** Runs the built command (`npm run build` first) in a folder. */
const tls = async (cwd: string, ...args: string[]): Promise<string> =>
  (await execute(process.execPath, [PROGRAM, ...args], { cwd })).stdout

interface Folder { dir: string, certificate: (name: string) => Promise<X509Certificate> }

async function folder (t: TestContext): Promise<Folder> {
  const dir = await temporaryFolder(t)
  return { dir, certificate: async (name) => new X509Certificate(await readFile(join(dir, 'tls', name))) }
}

test('a server with the certificate that is made is trusted by whoever trusts the authority', async (t) => {
  const { dir, certificate } = await folder(t)
  const output = await tls(dir, '--host', 'Face.Lan', '--host', '192.168.1.10', '--host', 'fe80::7')
  const settings = [...output.matchAll(/^(TLS_\w+)=(.*)$/gm)]
  const env = Object.fromEntries(settings.map(([, name, path]) => [name!, join(dir, path!)]))
  assert.deepEqual(Object.keys(env), ['TLS_CERT_FILE', 'TLS_KEY_FILE'])
  const [ca, server] = await Promise.all([certificate('ca.crt'), certificate('server.crt')])
  assert.ok(output.includes(ca.fingerprint256))
  for (const name of ['face.lan', 'localhost']) assert.equal(server.checkHost(name), name)
  for (const ip of ['192.168.1.10', 'fe80::7', '127.0.0.1', '::1']) assert.equal(server.checkIP(ip), ip)
  assert.ok(Date.parse(server.validTo) - Date.parse(server.validFrom) <= DAYS_MAX * DAY_MS)
  assert.ok(Date.parse(server.validTo) - Date.now() > 390 * DAY_MS)
  for (const name of await readdir(join(dir, 'tls'))) {
    assert.equal((await stat(join(dir, 'tls', name))).mode & 0o777, 0o600, name)
  }

  const app = await startApp(t, env)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  assert.equal((await askOverTls(`${url}/health/live`, { ca: ca.toString() })).status, 200)
  assert.equal((await app.inject('/ca.crt')).body, ca.toString())
})

test('run again it renews the certificate with the same key and authority, for the same names or others', async (t) => {
  const { dir, certificate } = await folder(t)
  await tls(dir, '--host', 'face.lan', '--host', '10.0.0.7')
  const [ca, first] = await Promise.all([certificate('ca.crt'), certificate('server.crt')])
  await tls(dir)
  const second = await certificate('server.crt')
  assert.notEqual(second.serialNumber, first.serialNumber)
  assert.equal(second.subjectAltName, first.subjectAltName)
  assert.ok(second.publicKey.equals(first.publicKey) && second.verify(ca.publicKey))
  await tls(dir, '--host', 'other.lan')
  const third = await certificate('server.crt')
  assert.equal(third.checkHost('face.lan'), undefined)
  assert.ok(third.checkHost('other.lan') && third.verify(ca.publicKey))

  await rm(join(dir, 'tls', 'ca.key'))
  const stderr = 'tls has only one of ca.crt and ca.key: bring back the other, or remove this one\n'
  await assert.rejects(tls(dir), { code: 1, stderr })
})

test('a kiosk gets a certificate with its role, which the authority has signed', async (t) => {
  const { dir, certificate } = await folder(t)
  const output = await tls(dir, '--client', 'Gate 2', '--role', 'enroller')
  assert.match(output, /^TLS_CLIENT_ROLES=kiosk=kiosk,enroller=enroller$/m)
  const [ca, client] = await Promise.all([certificate('ca.crt'), certificate('clients/Gate 2.crt')])
  assert.equal(client.subject, 'CN=Gate 2\nOU=enroller')
  assert.ok(client.verify(ca.publicKey))
})

test('names that are none are refused, and nothing is written', async (t) => {
  const { dir } = await folder(t)
  const cases = [
    [], ['--host', 'a b'], ['--host', '-a.lan'], ['--host', '*'], ['--client', '../a'], ['--client', 'a"b'],
    ['--client', 'a', '--role', 'king']
  ]
  for (const args of cases) await assert.rejects(tls(dir, ...args), ({ code }) => code === 1 || code === 2, args.join())
  assert.deepEqual(await readdir(dir), [])
})
