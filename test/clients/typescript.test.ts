import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { FaceClient, FaceServerError, type Progress } from '../../clients/typescript/index.ts'
import { GENERATED, type OpenApi } from '../../tools/generate-clients.ts'
import { ADMIN_KEY, startApp, temporaryFolder } from '../helper.ts'
import { noFace, portraits } from '../photos.ts'
import { answering } from './answering.ts'

const ROOT = join(import.meta.dirname, '..', '..')

async function connect (t: TestContext, env: Record<string, string> = {}): Promise<FaceClient> {
  const app = await startApp(t, { ADMIN_KEY, ...env })
  return new FaceClient({ baseUrl: await app.listen({ host: '127.0.0.1', port: 0 }), key: ADMIN_KEY })
}

const refusal = (code: string) => (err: unknown): boolean => err instanceof FaceServerError && err.code === code

test('the types of both clients are those of the OpenAPI document', async (t) => {
  const document = (await (await startApp(t)).inject('/docs/json')).json<OpenApi>()
  for (const [file, generate] of GENERATED) {
    assert.equal(await readFile(file, 'utf8'), generate(document), `${file}: npm run clients writes it again`)
  }
})

test('a photo is registered, recognised, verified, compared and described', async (t) => {
  const client = await connect(t)
  const [anna, again, bella] = (await Promise.all([portraits.anna(), portraits.annaAgain(), portraits.bella()]))
    .map((photo) => new Uint8Array(photo))
  assert.ok(anna && again && bella)

  const registered = await client.registerFace(7, anna)
  assert.deepEqual([registered.user_id, registered.encoding_count], [7, 1])
  const recognized = await client.recognize(new Blob([again], { type: 'image/jpeg' }))
  assert.ok(recognized.success && recognized.user_id === 7 && recognized.distance < 0.6)
  const stranger = await client.recognize(bella, { topK: 1 })
  assert.ok(!stranger.success && stranger.candidates?.length === 1)
  const { faces } = await client.recognizeAll(again.buffer, { topK: 1, maxFaces: 5 })
  assert.deepEqual(faces.map(({ user_id: userId }) => userId), [7])
  assert.equal((await client.verify(7, again)).verified, true)
  assert.equal((await client.verify('7', bella)).verified, false)
  assert.equal((await client.compare(anna, bella)).same_person, false)
  const described = await client.detect(bella, { maxFaces: 1 })
  assert.equal(described.faces[0]?.landmarks.length, 68)

  assert.deepEqual((await client.status(7)).registered, true)
  assert.deepEqual((await client.call('getUser', { path: { user_id: '7' } })).user_id, 7)
  assert.equal((await client.call('getHealth', {})).registered_faces, 1)
  assert.equal((await client.deleteFace(7)).success, true)
  await assert.rejects(client.deleteFace(7), refusal('USER_NOT_FOUND'))
})

test('several photos are answered each for itself, also when there is one', async (t) => {
  const client = await connect(t)
  const [anna, nobody] = [new Uint8Array(await portraits.anna()), new Uint8Array(await noFace())]
  await client.registerFace('anna', anna)
  const results = await client.recognizeEach([anna, nobody])
  assert.equal('user_id' in results[0]! && results[0].user_id, 'anna')
  assert.equal('code' in results[1]! && results[1].code, 'NO_FACE')
  assert.deepEqual((await client.recognizeEach([nobody])).map((one) => 'code' in one && one.code), ['NO_FACE'])
  assert.equal('user_id' in (await client.recognizeEach([anna]))[0]!, true)
  assert.deepEqual(await client.recognizeEach([]), [])
  const described = await client.detectEach([anna, nobody], { maxFaces: 1 })
  assert.deepEqual(described.map((one) => 'faces' in one && one.faces.length), [1, 0])
})

test('what the server refuses says why, and how the operator finds it', async (t) => {
  const client = await connect(t)
  await assert.rejects(client.recognize(new Uint8Array(await noFace())), (err) => (
    err instanceof FaceServerError && err.code === 'NO_FACE' && err.status === 422 && err.message !== '' &&
    err.requestId !== null && err.retryAfterSeconds === null
  ))
  const baseUrl = await answering(t, (_request, response) => {
    response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>')
  })
  await assert.rejects(new FaceClient({ baseUrl }).status(1), refusal('UNEXPECTED_REPLY'))
  const closed = await answering(t, (_request, response) => { response.destroy() })
  await assert.rejects(new FaceClient({ baseUrl: closed }).status(1), TypeError)
})

test('a request is sent again when the server asks for it, as often as wanted, with the same ' +
  'key and body', async (t) => {
  const seen: Array<{ key: unknown, bytes: number }> = []
  const statuses = [503, 429, 200, 503, 503]
  const baseUrl = await answering(t, (request, response) => {
    let bytes = 0
    request.on('data', (chunk: Buffer) => { bytes += chunk.length }).on('end', () => {
      seen.push({ key: request.headers['idempotency-key'], bytes })
      const status = statuses.shift()!
      const code = status === 429 ? 'RATE_LIMITED' : 'OVERLOADED'
      response.writeHead(status, { 'content-type': 'application/json', ...status !== 200 && { 'retry-after': '0' } })
      response.end(JSON.stringify(status === 200 ? { success: true } : { success: false, message: 'busy', code }))
    })
  })
  const photo = new Uint8Array(1000)
  await new FaceClient({ baseUrl }).registerFace(1, photo)
  assert.equal(seen.length, 3)
  assert.deepEqual(new Set(seen.map(({ key, bytes }) => `${String(key)} ${bytes}`)).size, 1)
  assert.match(String(seen[0]?.key), /^[0-9a-f]{32}$/)
  await assert.rejects(new FaceClient({ baseUrl, retries: 1 }).recognize(photo), refusal('OVERLOADED'))
  assert.deepEqual(statuses, [])
})

test('an abort ends the request and the wait for the next one, and so does the time that one may take', async (t) => {
  const reason = new Error('the kiosk was closed')
  const silent = await answering(t, () => {})
  const abort = new AbortController()
  const pending = new FaceClient({ baseUrl: silent }).recognize(new Uint8Array(10), { signal: abort.signal })
  setImmediate(() => abort.abort(reason))
  await assert.rejects(pending, reason)
  await assert.rejects(new FaceClient({ baseUrl: silent, timeoutMs: 50 }).status(1), { name: 'TimeoutError' })

  const later = new AbortController()
  const busy = await answering(t, (_request, response) => {
    response.writeHead(503, { 'retry-after': '3600' }).end('{}', () => later.abort(reason))
  })
  await assert.rejects(new FaceClient({ baseUrl: busy }).status(1, { signal: later.signal }), reason)
})

test('the progress of an upload is told up to its end', async (t) => {
  const client = await connect(t)
  const photo = new Uint8Array(await portraits.anna())
  const told: Progress[] = []
  await client.detect(photo, { onProgress: (progress) => told.push(progress) })
  assert.deepEqual(told.at(-1), { sent: photo.byteLength, total: photo.byteLength })
  assert.deepEqual(told, told.toSorted((one, other) => one.sent - other.sent))
})

test('the client is built for browsers with its types', async (t) => {
  const outDir = await temporaryFolder(t)
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc')
  await promisify(execFile)(tsc, ['--project', join(ROOT, 'clients', 'typescript'), '--outDir', outDir])
  await writeFile(join(outDir, 'package.json'), '{"type":"module"}')
  const built = await import(join(outDir, 'index.js')) as { FaceClient: typeof FaceClient }
  const baseUrl = await answering(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"registered":false}')
  })
  assert.deepEqual(await new built.FaceClient({ baseUrl }).status(1), { registered: false })
  assert.match(await readFile(join(outDir, 'client.d.ts'), 'utf8'), /recognize\(photo: Photo/)
})
