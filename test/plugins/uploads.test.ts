import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import sharp from 'sharp'
import { forEachOf } from '../../src/for-each-of.ts'
import { multipart } from '../form.ts'
import { startApp } from '../helper.ts'
import { dataUri, labelled, labelledFolder, portraits, WITHOUT_FACES } from '../photos.ts'

async function vectorAfter (app: FastifyInstance, request: InjectOptions): Promise<Float32Array> {
  const answer = await app.inject(request)
  assert.equal(answer.statusCode, 200, answer.body)
  assert.strictEqual(answer.json<{ user_id: unknown }>().user_id, 123)
  const record = await app.encodingStore.get('123')
  return record!.encodings.at(-1)!.vector
}

test('the same photo as data URI, bare base64, broken lines, form file, form text and raw ' +
  'body gives the same encoding', async (t) => {
  const app = await startApp(t, { MAX_FACES_PER_USER: '10' })
  const photo = await portraits.anna()
  const base64 = photo.toString('base64')
  const json =
    (text: string): InjectOptions => ({ method: 'POST', url: '/register-face', payload: { user_id: 123, photo: text } })
  const requests = [
    json(dataUri(photo)),
    json(base64),
    json(base64.replace(/.{76}/g, '$&\r\n')),
    json(base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')),
    multipart('/register-face', { user_id: '123', photo }),
    multipart('/register-face', { photo, note: 'kept by nobody', user_id: '123' }),
    multipart('/register-face', { user_id: '123', photo: dataUri(photo) }),
    { method: 'POST', url: '/register-face?user_id=123', payload: photo, headers: { 'content-type': 'image/jpeg' } },
    {
      method: 'POST',
      url: '/register-face?user_id=123',
      payload: photo,
      headers: { 'content-type': 'image/x-wrong-name' }
    }
  ] as InjectOptions[]
  const [first, ...others] = await Promise.all(requests.map((request) => vectorAfter(app, request)))
  for (const other of others) assert.deepEqual(other, first)
})

test('whatever the format and the orientation, the same person is recognised', async (t) => {
  const app = await startApp(t)
  const photo = sharp(await portraits.anna())
  await vectorAfter(app, multipart('/register-face', { user_id: '123', photo: await portraits.annaAgain() }))
  const variants = await Promise.all([
    photo.clone().png().toBuffer(), photo.clone().webp().toBuffer(), photo.clone().avif({ effort: 0 }).toBuffer(),
    photo.clone().gif().toBuffer(), photo.clone().toColourspace('cmyk').jpeg().toBuffer(),
    photo.clone().grayscale().jpeg().toBuffer(),
    photo.clone().toColourspace('rgb16').png().toBuffer(), photo.clone().png({ palette: true }).toBuffer(),
    photo.clone().ensureAlpha().png().toBuffer(),
    photo.clone().rotate(90).withMetadata({ orientation: 8 }).jpeg().toBuffer(),
    photo.clone().rotate(180).withMetadata({ orientation: 3 }).jpeg().toBuffer()
  ])
  for (const [i, variant] of variants.entries()) {
    const answer = (await app.inject({
      method: 'POST', url: '/recognize', payload: variant, headers: { 'content-type': 'image/*' }
    })).json<{ user_id: unknown }>()
    assert.equal(answer.user_id, 123, `variant ${i}`)
  }
})

test('the labelled face is recognised in every readable variant of its photo', { skip: WITHOUT_FACES }, async (t) => {
  const app = await startApp(t)
  const recognize = async (file: string): Promise<{ status: number, body: Record<string, unknown> }> => {
    const answer = await app.inject({
      method: 'POST', url: '/recognize', payload: await labelled(file), headers: { 'content-type': 'image/jpeg' }
    })
    return { status: answer.statusCode, body: answer.json() }
  }
  await vectorAfter(
    app, multipart('/register-face', { user_id: '123', photo: await labelled('hard/synthetic/face_exif1.jpg') })
  )
  const readable = (await labelledFolder('hard/synthetic')).filter((file) => (
    /face(\.webp|\.gif|_(exif|cmyk|gray|palette|progressive|q15|rgba|trailing))|jpeg_named/.test(file)
  ))
  assert.ok(readable.length >= 17)
  for (const file of readable) assert.equal((await recognize(file)).body['user_id'], 123, file)
})

test('nobody is registered from the photos without people, and no ' +
  'odd file causes a 5xx', { skip: WITHOUT_FACES }, async (t) => {
  const app = await startApp(t, { RATE_LIMIT_MAX: '100000', INFERENCE_THREADS: '2' })
  const files = [
    ...await labelledFolder('none'), ...await labelledFolder('hard/corpus'), ...await labelledFolder('hard/synthetic')
  ]
  await forEachOf(files, 3, async (file) => {
    const payload = await labelled(file)
    const answer = await app.inject({
      method: 'POST', url: '/recognize', payload, headers: { 'content-type': 'image/jpeg' }
    })
    assert.ok(answer.statusCode < 500, `${file}: ${answer.body}`)
    if (file.startsWith('none/')) {
      const registered = await app.inject({
        method: 'POST', url: '/register-face?user_id=1', payload, headers: { 'content-type': 'image/jpeg' }
      })
      assert.equal(registered.statusCode, 422, `${file}: ${registered.body}`)
    }
  })
  assert.deepEqual(app.gallery.counts(), { users: 0, encodings: 0, compared: 0, outdated: 0 })
})

test('who sends a body that is refused at its first line may send all of it, hears why, and ' +
  'goes on with the connection', async (t) => {
  const app = await startApp(t, { MAX_IMAGE_BYTES: '1024' })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const ports = new Set<number | undefined>()
  // More than a connection holds on its way.
  const body = Buffer.alloc(20_000_000, ' ')
  for (const [type, length, code] of [
    ['image/jpeg', body.length, 'PAYLOAD_TOO_LARGE'],
    ['image/jpeg', undefined, 'PAYLOAD_TOO_LARGE'],
    ['application/json', body.length, 'PAYLOAD_TOO_LARGE'],
    ['text/plain', undefined, 'UNSUPPORTED_MEDIA_TYPE']
  ] as const) {
    const sent = request(`${url}/recognize`, {
      agent, method: 'POST', headers: { 'content-type': type, ...length !== undefined && { 'content-length': length } }
    })
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>
    await pipeline(Readable.from([body]), sent)
    const [answer] = await answered
    assert.equal((JSON.parse(Buffer.concat(await answer.toArray()).toString()) as { code: string }).code, code)
    ports.add(sent.socket?.localPort)
  }
  assert.equal(ports.size, 1)
})
