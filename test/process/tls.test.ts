import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { Agent } from 'node:https'
import { test } from 'node:test'
import { eventually, temporaryFolder } from '../helper.ts'
import { askOverTls, tlsFiles, type TlsAnswer } from '../support/certificates.ts'
import { failToStart, logOf, startServer } from './server-process.ts'

test('every process of a cluster takes a new certificate, and no connection is dropped', async (t) => {
  const { authority: { certificate: ca }, env, renew } = await tlsFiles(t)
  const FACE_DATA_DIR = await temporaryFolder(t)
  const server = await startServer(t, { ...env, FACE_DATA_DIR, WEB_CONCURRENCY: '2' }, { program: 'cluster' })
  const url = `${server.url}/health/live`
  const agents = Array.from({ length: 4 }, () => new Agent({ keepAlive: true, maxSockets: 1, ca }))
  t.after(() => agents.forEach((agent) => agent.destroy()))
  const before = await Promise.all(agents.map((agent) => askOverTls(url, { agent })))

  const renewed = new X509Certificate(await renew()).fingerprint256
  await eventually(() => logOf(server).filter(({ msg }) => msg === 'certificate in use').length === 4)
  // New connections go to the processes in turn.
  for (let i = 0; i < 4; i++) assert.equal((await askOverTls(url, { ca })).fingerprint, renewed)
  const after = await Promise.all(agents.map((agent) => askOverTls(url, { agent })))
  const connections = (answers: TlsAnswer[]) => answers.map(({ fingerprint, port }) => [fingerprint, port])
  assert.deepEqual(connections(after), connections(before))
})

test('a key without its certificate stops the start with one line', async (t) => {
  const { env: { TLS_KEY_FILE } } = await tlsFiles(t)
  for (const program of ['server', 'cluster'] as const) {
    const { code, output } = await failToStart(t, { TLS_KEY_FILE }, { program })
    assert.deepEqual([code, output], [78, 'TLS_KEY_FILE needs TLS_CERT_FILE, too\n'])
    const unreadable = await failToStart(t, { TLS_KEY_FILE, TLS_CERT_FILE: '/nowhere' }, { program })
    assert.equal(unreadable.code, 78)
    assert.match(unreadable.output, /^TLS_CERT_FILE="\/nowhere" cannot be read: [^\n]*\n$/)
  }
})
