import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { loadConfig } from '../../src/config.ts'
import { eventually, freePort, temporaryFolder } from '../helper.ts'
import { startEcho } from './echo-server.ts'
import { configureNginx, NGINX } from './nginx.ts'

/** A server that takes every request, and dies of it. */
async function startDying (t: TestContext): Promise<{ port: number, requests: () => number }> {
  let requests = 0
  const server: Server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => {
      requests++
      socket.destroy()
    })
  })
  t.after(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { port: (server.address() as AddressInfo).port, requests: () => requests }
}

const post = (url: string, bytes = 10): Promise<Response> =>
  fetch(url, { method: 'POST', body: Buffer.alloc(bytes), headers: { 'content-type': 'image/jpeg' } })

test('nginx takes the configuration as it is', { skip: NGINX.missing }, async (t) => {
  await (await configureNginx(t, [5001, 5002, 5003])).check()
})

test('with the lines for TLS turned on, photos get through by https', { skip: NGINX.missing }, async (t) => {
  const dir = await temporaryFolder(t)
  const [certificate, key] = [join(dir, 'certificate.pem'), join(dir, 'key.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject, '-out', certificate, '-keyout', key],
    { stdio: 'ignore' }
  )
  const balancer = await configureNginx(t, [await startEcho(t)], { certificate, key })
  await balancer.start()
  const sent = request(`${balancer.url}/recognize`, {
    method: 'POST', ca: await readFile(certificate), headers: { 'content-type': 'image/jpeg' }
  })
  sent.end(Buffer.alloc(1_000))
  const [answer] = await once(sent, 'response') as [IncomingMessage]
  const { headers, bytes } = await json(answer) as { headers: Record<string, string>, bytes: number }
  assert.deepEqual([bytes, headers['x-forwarded-proto']], [1_000, 'https'])
  assert.match(answer.headers['strict-transport-security'] ?? '', /max-age/)
})

test('photos of every size that a server takes get through, and whoever sends them ' +
  'cannot lie about the address', { skip: NGINX.missing }, async (t) => {
  const balancer = await configureNginx(t, [await startEcho(t)])
  await balancer.start()
  const { MAX_IMAGE_BYTES } = loadConfig({})
  const largest = Math.ceil(MAX_IMAGE_BYTES * 4 / 3) + 64 * 1024
  const answer = await fetch(`${balancer.url}/register-face?user_id=secret-person`, {
    method: 'POST',
    body: Buffer.alloc(largest),
    headers: { 'content-type': 'image/jpeg', 'x-forwarded-for': '203.0.113.9', 'x-request-id': 'r-1' }
  })
  const { url, headers, bytes } = await answer.json() as { url: string, headers: Record<string, string>, bytes: number }
  assert.deepEqual([url, bytes], ['/register-face?user_id=secret-person', largest])
  assert.deepEqual([headers['x-forwarded-for'], headers['x-request-id']], ['127.0.0.1', 'r-1'])

  const refused = await post(`${balancer.url}/register-face`, largest + 1)
  assert.equal(refused.status, 413)
  assert.equal((await refused.json() as { code: string }).code, 'PAYLOAD_TOO_LARGE')
  assert.equal(refused.headers.get('access-control-allow-origin'), '*')
  assert.equal((await fetch(`${balancer.url}/metrics`)).status, 404)
  assert.ok(!(await balancer.logs()).includes('secret'))
})

test('a registration that a server may have seen is not sent to another ' +
  'one, a recognition is', { skip: NGINX.missing }, async (t) => {
  const [one, two] = [await startDying(t), await startDying(t)]
  const balancer = await configureNginx(t, [one.port, two.port, await freePort()])
  await balancer.start()
  const registration = await post(`${balancer.url}/register-face?user_id=secret-person`)
  assert.equal(one.requests() + two.requests(), 1)
  assert.deepEqual([registration.status, registration.headers.get('retry-after')], [503, '2'])
  assert.equal(registration.headers.get('access-control-allow-origin'), '*')
  assert.equal((await registration.json() as { success: boolean }).success, false)

  assert.equal((await post(`${balancer.url}/recognize`)).status, 503)
  assert.equal(one.requests() + two.requests(), 3)
  assert.ok(!(await balancer.logs()).includes('secret'))
})

test('uploads that never end take the connections that there are, and no more: ' +
  'others are told to come back', { skip: NGINX.missing }, async (t) => {
  const balancer = await configureNginx(t, [await startEcho(t)])
  await balancer.start()
  const { hostname, port } = new URL(balancer.url)
  const settings = await readFile('deploy/nginx/face-server.conf', 'utf8')
  const limit = Number(/limit_conn face_connections (\d+)/.exec(settings)?.[1])
  const uploads = Array.from({ length: limit }, () => {
    const socket = connect(Number(port), hostname).on('error', () => {})
    socket.write('POST /recognize HTTP/1.1\r\nHost: door\r\n' +
      'Content-Type: image/jpeg\r\nContent-Length: 1000000\r\n\r\n')
    t.after(() => socket.destroy())
    return socket
  })
  const refused = await eventually(async () => {
    const answer = await post(`${balancer.url}/recognize`)
    return answer.status === 503 && answer
  })
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.equal((await refused.json() as { code: string }).code, 'OVERLOADED')
  for (const socket of uploads.slice(0, 10)) socket.destroy()
  await eventually(async () => (await post(`${balancer.url}/recognize`)).status === 200)
})

test('where a server is missing, the others get its requests', { skip: NGINX.missing }, async (t) => {
  const balancer = await configureNginx(t, [await freePort(), await startEcho(t), await freePort()])
  await balancer.start()
  for (let i = 0; i < 8; i++) assert.equal((await post(`${balancer.url}/register-face`)).status, 200)
})
