import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import sharp from 'sharp'
import { eventually, startApp } from '../helper.ts'
import { dataUri, noFace, portraits } from '../photos.ts'

const MIB = 1024 * 1024
const UPLOADS = 60

interface Server { app: FastifyInstance, url: string, open: () => Socket }

async function listen (t: TestContext, env: Record<string, string>): Promise<Server> {
  const app = await startApp(t, env)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const open = (): Socket => {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {})
    t.after(() => socket.destroy())
    return socket
  }
  return { app, url, open }
}

async function figure (app: FastifyInstance, name: string): Promise<number> {
  const line = (await app.metrics.text()).split('\n').find((line) => line.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1))
}

const uploadBytes = (app: FastifyInstance): Promise<number> => figure(app, 'face_upload_bytes')
const statusOf = (answer: string): number => Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1])
const head = (length: number, type = 'image/jpeg'): string =>
  `POST /recognize HTTP/1.1\r\nHost: door\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`
const send = (url: string, body: Buffer, type = 'image/jpeg'): Promise<Response> =>
  fetch(`${url}/recognize`, { method: 'POST', body: new Uint8Array(body), headers: { 'content-type': type } })

test('uploads that stall are cut off in favour of a good photo ' +
  'from the same address, and memory is never exceeded', async (t) => {
  // Room for four bodies of 2 MB; each of the uploads sends most of one.
  const { app, url, open } = await listen(t, { MAX_IMAGE_BYTES: String(2 * MIB), UPLOAD_MEMORY_MAX: String(8 * MIB) })
  const anna = await portraits.anna()
  const registered = await fetch(`${url}/register-face?user_id=7`, {
    method: 'POST', body: new Uint8Array(anna), headers: { 'content-type': 'image/jpeg' }
  })
  assert.equal(registered.status, 200)

  let most = 0
  const watch = setInterval(async () => { most = Math.max(most, await uploadBytes(app)) }, 5)
  t.after(() => clearInterval(watch))
  const answers = Array.from({ length: UPLOADS }, () => {
    const socket = open()
    let answer = ''
    socket.on('data', (chunk) => { answer += String(chunk) })
    socket.write(head(2 * MIB))
    socket.write(Buffer.alloc(1.9 * MIB))
    // What was not read of it ends the connection as an error.
    return once(socket, 'close').then(() => statusOf(answer))
  })
  await eventually(async () => await uploadBytes(app) > 7 * MIB)
  // Refused as long as those that fill the memory have only just come.
  const recognized = await eventually(async () => {
    const answer = await send(url, await portraits.annaAgain())
    return answer.status === 200 && await answer.json() as { user_id: unknown }
  })
  assert.equal(recognized.user_id, 7)
  const statuses = await Promise.all(answers)
  assert.deepEqual(statuses.filter((status) => ![408, 503].includes(status)), [])
  assert.ok(statuses.includes(408) && statuses.includes(503), statuses.join())
  assert.ok(most <= 8 * MIB, `${most} bytes`)
  assert.equal(await uploadBytes(app), 0)
})

test('uploads that drip or only announce themselves hold next to nothing, and keep nobody out', async (t) => {
  const { app, url, open } = await listen(t, { MAX_IMAGE_BYTES: String(2 * MIB), UPLOAD_MEMORY_MAX: '1024' })
  const drips = Array.from({ length: UPLOADS }, (_, i) => {
    const socket = open()
    socket.write(head(2 * MIB))
    if (i % 2 === 0) socket.write('.')
    return socket
  })
  await eventually(async () => await figure(app, 'face_connections') === UPLOADS && await uploadBytes(app) > 0)
  assert.ok(await uploadBytes(app) <= UPLOADS * 4096)
  assert.equal((await send(url, await portraits.anna())).status, 200)
  for (const socket of drips) socket.destroy()
  await eventually(async () => await uploadBytes(app) === 0)
})

test('what announces more than the limit is refused before any of it has come', async (t) => {
  const { open } = await listen(t, { MAX_IMAGE_BYTES: '1024' })
  for (const [type, limit] of [['image/jpeg', 1024], ['application/json', 1366 + 65536]] as const) {
    const socket = open()
    socket.write(head(limit + 1, type))
    const [answer] = await once(socket, 'data') as [Buffer]
    assert.equal(statusOf(String(answer)), 413)
    assert.match(String(answer), /PAYLOAD_TOO_LARGE/)
    socket.destroy()
  }
})

test('a photo that waits for a thread is held once, however it was sent, ' +
  'and given back when a thread has decoded it', async (t) => {
  const { app, url } = await listen(t, { MAX_IMAGE_BYTES: String(4 * MIB) })
  const photo = await sharp(await noFace(1200)).png().toBuffer()
  for (const [body, type] of [
    [photo, 'image/png'], [Buffer.from(JSON.stringify({ photo: dataUri(photo, 'png') })), 'application/json']
  ] as const) {
    // Keeps the only thread busy for a while.
    const slow = send(url, await sharp(await noFace(3000)).jpeg().toBuffer())
    await eventually(() => app.inference.load().running === 1)
    const before = await uploadBytes(app)
    const waiting = [send(url, body, type), send(url, body, type)]
    await eventually(() => app.inference.load().waiting === 2)
    assert.equal(await uploadBytes(app), before + 2 * photo.length)
    for (const answer of await Promise.all([slow, ...waiting])) assert.equal(answer.status, 422)
    await eventually(async () => await uploadBytes(app) === 0)
  }
})

test('refusals of a full queue count for the limit of the address', async (t) => {
  const { app } = await listen(t, { INFERENCE_QUEUE_MAX: '0', RATE_LIMIT_MAX: '3', MAX_IMAGE_BYTES: '100000000' })
  const recognize = (payload: Buffer) => app.inject({
    method: 'POST', url: '/recognize', payload, headers: { 'content-type': 'image/png' }
  })
  const slow = recognize(await sharp(await noFace(4000)).png().toBuffer())
  await eventually(() => app.inference.load().running === 1)
  const photo = await portraits.anna()
  const statuses: number[] = []
  for (let i = 0; i < 4; i++) statuses.push((await recognize(photo)).statusCode)
  assert.deepEqual(statuses, [503, 503, 429, 429])
  await slow
})

test('a connection beyond MAX_CONNECTIONS is answered 503 and closed, ' +
  'one beyond those of its address 429', async (t) => {
  for (const [env, status] of [[{ MAX_CONNECTIONS: '2' }, 503], [{ MAX_CONNECTIONS_PER_ADDRESS: '2' }, 429]] as const) {
    const { app, url, open } = await listen(t, env)
    const idle = [open(), open()]
    await eventually(async () => await figure(app, 'face_connections') === 2)
    const refused = open()
    refused.write('GET /health HTTP/1.1\r\nHost: door\r\n\r\n')
    const answer = await text(refused)
    assert.equal(statusOf(answer), status)
    assert.match(answer, /^retry-after: \d/im)
    for (const socket of idle) socket.destroy()
    await eventually(async () => await figure(app, 'face_connections') === 0)
    assert.equal((await fetch(`${url}/health`)).status, 200)
  }
})

test('a user id keeps its type whatever the case of the content type', async (t) => {
  const { app } = await listen(t, {})
  const payload = JSON.stringify({ user_id: '7', photo: dataUri(await portraits.anna()) })
  const answer = await app.inject({
    method: 'POST', url: '/register-face', payload, headers: { 'content-type': 'Application/JSON; charset=UTF-8' }
  })
  assert.strictEqual(answer.json<{ user_id: unknown }>().user_id, '7')
})
