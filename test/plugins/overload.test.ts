import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import sharp from 'sharp'
import { eventually, startApp } from '../helper.ts'
import { noFace, portraits } from '../photos.ts'

test('the photos of kiosks that have gone are not processed', async (t) => {
  const app = await startApp(t, { MAX_IMAGE_BYTES: '100000000' })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const send = (photo: Buffer): ClientRequest => {
    const sent = request(`${url}/recognize`, {
      method: 'POST', headers: { 'content-type': 'image/jpeg', 'content-length': photo.length }
    })
    sent.on('error', () => {}) // It goes away itself.
    sent.end(photo)
    return sent
  }
  // Keeps the only thread busy for a while.
  const slow = send(await sharp(await noFace(4000)).png().toBuffer())
  await eventually(() => app.inference.load().running === 1)
  const photo = await portraits.anna()
  const impatient = Array.from({ length: 3 }, () => send(photo))
  await eventually(() => app.inference.load().waiting === 3)
  for (const kiosk of impatient) kiosk.destroy()
  await eventually(() => app.inference.load().waiting === 0)
  assert.equal(app.inference.load().running, 1)
  const patient = await fetch(`${url}/recognize`, {
    method: 'POST', body: photo, headers: { 'content-type': 'image/jpeg' }
  })
  assert.equal(patient.status, 200)
  const metrics = (await app.metrics.text()).split('\n')
  assert.deepEqual(metrics.filter((line) => /^face_(photo_wait|http_request)_seconds_count/.test(line)), [
    'face_http_request_seconds_count{route="/recognize",outcome="CLIENT_GONE"} 3',
    'face_http_request_seconds_count{route="/recognize",outcome="NO_FACE"} 1',
    'face_http_request_seconds_count{route="/recognize",outcome="unknown"} 1',
    'face_photo_wait_seconds_count 2'
  ])
  slow.destroy()
})

test('a full queue refuses a photo when its first line has arrived, and the connection ' +
  'serves the next request', async (t) => {
  const app = await startApp(t, { INFERENCE_QUEUE_MAX: '0', MAX_IMAGE_BYTES: '100000000' })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const slow = app.inject({
    method: 'POST',
    url: '/recognize',
    payload: await sharp(await noFace(4000)).png().toBuffer(),
    headers: { 'content-type': 'image/png' }
  })
  await eventually(() => app.inference.load().running === 1)

  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const photo = await portraits.anna()
  const ports = new Set<number | undefined>()
  for (const path of ['/recognize', '/register-face?user_id=1']) {
    const sent = request(`${url}${path}`, {
      agent, method: 'POST', headers: { 'content-type': 'image/jpeg', 'content-length': photo.length }
    })
    sent.flushHeaders()
    const [answer] = await once(sent, 'response') as [IncomingMessage]
    ports.add(sent.socket?.localPort)
    assert.equal(answer.statusCode, 503)
    assert.ok(Number(answer.headers['retry-after']) > 0)
    assert.equal((JSON.parse(Buffer.concat(await answer.toArray()).toString()) as { code: string }).code, 'OVERLOADED')
    sent.end(photo)
  }
  const next = request(`${url}/health`, { agent })
  next.end()
  const [health] = await once(next, 'response') as [IncomingMessage]
  assert.equal(health.statusCode, 200)
  ports.add(next.socket?.localPort)
  assert.equal(ports.size, 1)
  health.resume()
  assert.equal((await slow).statusCode, 422)
})
