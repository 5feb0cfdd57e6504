import assert from 'node:assert/strict'
import { request, type ClientRequest } from 'node:http'
import { test } from 'node:test'
import sharp from 'sharp'
import { eventually, startApp } from '../helper.ts'
import { noFace, portraits } from '../photos.ts'

test('the photos of kiosks that have gone are not processed', async (t) => {
  const app = await startApp(t, { MAX_IMAGE_BYTES: '100000000' })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const send = (photo: Buffer): ClientRequest => {
    const sent = request(`${url}/recognize`, { method: 'POST', headers: { 'content-type': 'image/jpeg', 'content-length': photo.length } })
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
  const patient = await fetch(`${url}/recognize`, { method: 'POST', body: photo, headers: { 'content-type': 'image/jpeg' } })
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
