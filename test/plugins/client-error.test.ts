import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { ERRORS, type ErrorCode } from '../../src/errors.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { eventually, TEST_ENV, temporaryFolder } from '../helper.ts'

interface Listening { app: FastifyInstance, open: () => Socket, requestLines: () => Array<Record<string, unknown>> }

/** The real server, whose limits of time can be shortened before it listens. */
async function listen (t: TestContext, shorten: (app: FastifyInstance) => void = () => {}): Promise<Listening> {
  const lines: Array<Record<string, unknown>> = []
  const output = new Writable({
    write (chunk, _, done) {
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>)
      done()
    }
  })
  const config = loadConfig({ ...TEST_ENV, FACE_DATA_DIR: await temporaryFolder(t), LOG_LEVEL: 'info' })
  const app = await buildApp(config, createLogger(config, output))
  t.after(() => app.close())
  await app.ready()
  shorten(app)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    app,
    open: () => connect((app.server.address() as AddressInfo).port, '127.0.0.1'),
    requestLines: () => lines.filter(({ msg }) => msg === 'request')
  }
}

function assertAnswer (answer: string, code: ErrorCode): void {
  const [head, body] = answer.split('\r\n\r\n') as [string, string]
  const [status, message] = ERRORS[code]
  assert.match(head, new RegExp(`^HTTP/1.1 ${status} \\w`))
  assert.match(head, /^connection: close/im)
  assert.match(head, new RegExp(`^content-length: ${Buffer.byteLength(body)}`, 'im'))
  assert.deepEqual(JSON.parse(body), { success: false, message, code })
}

/** What `/metrics` counts of these requests, and the only line that the log has of them. */
async function assertRecorded ({ app, requestLines }: Listening, route: string, code: ErrorCode): Promise<void> {
  await eventually(() => requestLines().length > 0)
  const logged = requestLines().map(({ route, status, outcome }) => [route, status, outcome])
  assert.deepEqual(logged, [[route, ERRORS[code][0], code]])
  const counts = (await app.metrics.text()).split('\n')
    .filter((line) => line.startsWith('face_http_request_seconds_count'))
  assert.deepEqual(counts, [`face_http_request_seconds_count{route="${route}",outcome="${code}"} 1`])
}

test('what is no HTTP is answered 400 in the shape of every error, logged and counted', async (t) => {
  const server = await listen(t)
  const socket = server.open()
  socket.write('hello\r\n\r\n')
  assertAnswer(await text(socket), 'INVALID_REQUEST')
  await assertRecorded(server, 'unknown', 'INVALID_REQUEST')
})

test('a head that does not arrive in time is answered 408, logged and counted', async (t) => {
  const server = await listen(t, ({ server }) => { server.headersTimeout = 100 })
  const socket = server.open()
  socket.write('POST /recognize HTTP/1.1\r\nHost: do')
  assertAnswer(await text(socket), 'REQUEST_TIMEOUT')
  await assertRecorded(server, 'unknown', 'REQUEST_TIMEOUT')
})

for (const [what, type, body] of [
  ['photo', 'image/jpeg', 'part'],
  ['JSON body', 'application/json', '{"photo":"'],
  ['form', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="photo"; ' +
    'filename="p"\r\n\r\npart']
] as const) {
  test(`a ${what} that does not arrive in time is answered 408, ` +
    'logged and counted as that and not as a client that has gone', async (t) => {
    const server = await listen(t, ({ server }) => { server.requestTimeout = server.headersTimeout = 100 })
    const socket = server.open()
    socket.write('POST /recognize HTTP/1.1\r\nHost: door\r\n' +
      `Content-Type: ${type}\r\nContent-Length: 1000\r\n\r\n${body}`)
    assertAnswer(await text(socket), 'REQUEST_TIMEOUT')
    await assertRecorded(server, '/recognize', 'REQUEST_TIMEOUT')
    assert.match(await server.app.metrics.text(), /^face_upload_bytes 0$/m)
  })
}

test('a body that is cut into chunks that are no chunks is answered 400 once, and ends the connection', async (t) => {
  const server = await listen(t)
  const socket = server.open()
  socket.write('POST /recognize HTTP/1.1\r\nHost: door\r\n' +
    'Content-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nphoto\r\n')
  await eventually(async () => /^face_upload_bytes [1-9]/m.test(await server.app.metrics.text()))
  socket.write('no chunk\r\n')
  assertAnswer(await text(socket), 'INVALID_REQUEST')
  await assertRecorded(server, '/recognize', 'INVALID_REQUEST')
})

test('a client that closes the connection in the middle of its photo leaves nothing behind', async (t) => {
  const server = await listen(t)
  const socket = server.open()
  socket.write('POST /recognize HTTP/1.1\r\nHost: door\r\n' +
    'Content-Type: image/jpeg\r\nContent-Length: 1000\r\n\r\nphoto')
  await eventually(async () => /^face_upload_bytes [1-9]/m.test(await server.app.metrics.text()))
  socket.destroy()
  await once(socket, 'close')
  await assertRecorded(server, '/recognize', 'CLIENT_GONE')
  assert.match(await server.app.metrics.text(), /^face_upload_bytes 0$/m)
})

test('a form with a large part that is no form-data is answered at once, for the want of a photo', async (t) => {
  const server = await listen(t)
  for (const head of ['Content-Disposition: attachment; name="photo"', 'Content-Type: image/jpeg']) {
    const part = `--b\r\n${head}\r\n\r\n${'x'.repeat(100_000)}\r\n`
    const field = '--b\r\nContent-Disposition: form-data; name="user_id"\r\n\r\n7\r\n'
    for (const body of [`${part}--b--\r\n`, `${field}${part}${part}--b--\r\n`, `${part}${field}--b--\r\n`]) {
      for (const path of ['/recognize', '/register-face']) {
        const socket = server.open()
        socket.write(`POST ${path} HTTP/1.1\r\nHost: door\r\nConnection: close\r\n` +
          `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
        const [top, answer] = (await text(socket)).split('\r\n\r\n') as [string, string]
        assert.match(top, /^HTTP\/1.1 400 /)
        const { code, message } = JSON.parse(answer) as { code: string, message: string }
        assert.equal(code, 'INVALID_REQUEST')
        assert.match(message, /^body: must have required property '(photo|user_id)'/)
      }
    }
  }
  assert.match(await server.app.metrics.text(), /^face_upload_bytes 0$/m)
})

test('what expects more than 100-continue is refused in the shape of every error, logged and counted', async (t) => {
  const server = await listen(t)
  const socket = server.open()
  socket.write('POST /recognize HTTP/1.1\r\nHost: door\r\nConnection: close\r\nExpect: x\r\n' +
    'Content-Type: image/jpeg\r\nContent-Length: 5\r\n\r\nphoto')
  const [head, body] = (await text(socket)).split('\r\n\r\n') as [string, string]
  assert.match(head, /^HTTP\/1.1 400 /)
  assert.deepEqual(JSON.parse(body), {
    success: false, message: 'Expect: leave this header out, or send 100-continue', code: 'INVALID_REQUEST'
  })
  await assertRecorded(server, '/recognize', 'INVALID_REQUEST')
})

test('what expects 100-continue is told to go on before it sends its photo', async (t) => {
  const server = await listen(t)
  const socket = server.open()
  socket.write('POST /recognize HTTP/1.1\r\nHost: door\r\nConnection: close\r\nExpect: 100-continue\r\n' +
    'Content-Type: image/jpeg\r\nContent-Length: 5\r\n\r\n')
  const [first] = await once(socket, 'data') as [Buffer]
  assert.equal(first.toString(), 'HTTP/1.1 100 Continue\r\n\r\n')
  socket.write('photo')
  assertAnswer(await text(socket), 'UNSUPPORTED_IMAGE')
  await assertRecorded(server, '/recognize', 'UNSUPPORTED_IMAGE')
})

test('whoever wants the connection closed is answered while still sending, and can send it all', async (t) => {
  const server = await listen(t)
  const part = '--b\r\nContent-Disposition: form-data; name="photo"; filename="p"\r\n\r\nx\r\n'
  const rest = Buffer.alloc(500_000)
  const socket = server.open()
  socket.write('POST /register-face HTTP/1.1\r\nHost: door\r\nConnection: close\r\n' +
    'Content-Type: multipart/form-data; boundary=b\r\n' +
    `Content-Length: ${2 * part.length + 2 * rest.length}\r\n\r\n${part}${part}`)
  socket.write(rest)
  const [first] = await once(socket, 'data') as [Buffer]
  assert.match(first.toString(), /^HTTP\/1.1 400 .*"code":"INVALID_REQUEST"/s)
  socket.write(rest)
  assert.equal(await text(socket), '')
})
