import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { multipart } from '../form.ts'
import { ADMIN_KEY, asAdmin, startApp } from '../helper.ts'
import { noFace, portraits } from '../photos.ts'

interface Answer { status: number, body: Record<string, unknown> }
type Result = Record<string, unknown>

async function call (app: FastifyInstance, options: InjectOptions): Promise<Answer> {
  const response = await app.inject(asAdmin(options))
  return { status: response.statusCode, body: response.json() }
}

async function resultsOf (app: FastifyInstance, options: InjectOptions): Promise<Result[]> {
  const { status, body } = await call(app, options)
  assert.equal(status, 200, JSON.stringify(body))
  const { results, ...rest } = body
  assert.deepEqual(rest, { success: true })
  return results as Result[]
}

const heldBytes = async (app: FastifyInstance): Promise<string | undefined> =>
  /face_upload_bytes (\d+)/.exec((await app.inject('/metrics')).body)?.[1]

test('each photo of a form gets the answer that it would get by itself, in its place', async (t) => {
  const app = await startApp(t, { ADMIN_KEY, INFERENCE_THREADS: '2' })
  const [anna, again, bella] = [await portraits.anna(), await portraits.annaAgain(), await portraits.bella()]
  assert.equal((await call(app, multipart('/register-face', { user_id: '5', photo: anna }))).status, 200)
  const lasting = ({ recognized_at: _, recognition_id: __, ...rest }: Result): Result => rest
  for (const [url, fields] of [['/recognize', {}], ['/detect', {}], ['/verify', { user_id: '5' }]] as const) {
    const photos = [bella, again, anna, again]
    const single = await Promise.all(photos.map(async (photo) => (
      (await call(app, multipart(url, { ...fields, photo }))).body
    )))
    const results = await resultsOf(app, multipart(url, { photo: photos, ...fields }))
    assert.deepEqual(results.map(lasting), single.map(lasting), url)
  }
  assert.equal(await heldBytes(app), '0')
})

test('a photo that cannot be used does not spoil the others', async (t) => {
  const app = await startApp(t, { ADMIN_KEY, MAX_IMAGE_BYTES: '100000' })
  const anna = await portraits.anna()
  assert.equal((await call(app, multipart('/register-face', { user_id: '5', photo: anna }))).status, 200)
  const photo = [
    await noFace(), anna, anna.subarray(0, 5_000), Buffer.alloc(100_001, 1), Buffer.from('no image'), Buffer.alloc(0)
  ]
  const results = await resultsOf(app, multipart('/verify', { user_id: '5', photo }))
  assert.deepEqual(results.map(({ code, verified }) => code ?? verified), [
    'NO_FACE', true, 'IMAGE_UNREADABLE', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_IMAGE', 'INVALID_REQUEST'
  ])
  for (const { success, message, code } of results) {
    assert.deepEqual([success, typeof message], code ? [false, 'string'] : [true, 'undefined'])
  }
  assert.equal(await heldBytes(app), '0')
  const metrics = (await app.inject('/metrics')).body
  for (const outcome of ['NO_FACE', 'verified', 'IMAGE_UNREADABLE', 'PAYLOAD_TOO_LARGE']) {
    assert.ok(metrics.includes(`face_batch_photos_total{route="/verify",outcome="${outcome}"} 1\n`), outcome)
  }
  assert.ok(metrics.includes('face_http_request_seconds_count{route="/verify",outcome="several"} 1\n'))
})

test('ten photos are taken, and eleven are not; all of them fit into one body', async (t) => {
  const app = await startApp(t, { ADMIN_KEY, MAX_IMAGE_BYTES: '100000' })
  const photo = await noFace(80)
  const send = (count: number): Promise<Answer> =>
    call(app, multipart('/recognize', { photo: Array.from({ length: count }, () => photo) }))
  const ten = await send(10)
  assert.equal(ten.status, 200)
  assert.deepEqual((ten.body['results'] as Result[]).map(({ code }) => code), Array(10).fill('NO_FACE'))
  const eleven = await send(11)
  assert.deepEqual([eleven.status, eleven.body['code']], [400, 'INVALID_REQUEST'])
  assert.match(String(eleven.body['message']), /at most 10 photos/)
  const large = await call(app, multipart('/recognize', { photo: [0, 1, 2].map(() => Buffer.alloc(90_000, 1)) }))
  assert.deepEqual([large.status, large.body['code']], [413, 'PAYLOAD_TOO_LARGE'])
  const registration = await call(app, multipart('/register-face', { user_id: '1', photo: [photo, photo] }))
  assert.deepEqual([registration.status, registration.body['code']], [400, 'INVALID_REQUEST'])
  assert.equal(await heldBytes(app), '0')
})

test('photos of one form that find the queue full are refused each for itself', async (t) => {
  const app = await startApp(t, { ADMIN_KEY, INFERENCE_THREADS: '1', INFERENCE_QUEUE_MAX: '1' })
  const photo = await portraits.anna()
  const single = multipart('/recognize', { photo })
  // The first of three takes the thread, the second waits; each batch has one photo at a time on its way.
  const batch = multipart('/recognize', { photo: [photo, photo, photo] })
  const answers = await Promise.all([call(app, batch), call(app, batch), call(app, batch), call(app, single)])
  const codes = answers.flatMap(({ status, body }) => (
    status === 200 ? (body['results'] as Result[] | undefined)?.map(({ code }) => code) ?? [undefined] : [body['code']]
  ))
  for (const code of codes) assert.ok(code === undefined || code === 'OVERLOADED', String(code))
  assert.ok(codes.includes('OVERLOADED'))
  assert.ok(codes.includes(undefined))
  assert.equal(await heldBytes(app), '0')
})
