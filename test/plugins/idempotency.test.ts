import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { multipart } from '../form.ts'
import { startApp, temporaryFolder, TEST_ENV } from '../helper.ts'
import { dataUri, portraits } from '../photos.ts'

const ADMIN_KEY = 'a-key-for-the-tests-of-requests'
const authorization = `Bearer ${ADMIN_KEY}`

function send (
  app: FastifyInstance, key: string, { headers, ...options }: InjectOptions
): Promise<LightMyRequestResponse> {
  return app.inject({ ...options, headers: { authorization, 'idempotency-key': key, ...headers } })
}

const registration = (photo: Buffer, fields: object = {}): InjectOptions =>
  ({ method: 'POST', url: '/register-face', payload: { user_id: 7, photo: dataUri(photo), ...fields } })

const encodingCount = async (app: FastifyInstance, id: number): Promise<number> =>
  (await app.inject({ url: `/status/${id}`, headers: { authorization } })).json<{ encoding_count: number }>()
    .encoding_count

test('a registration that is sent again registers once, and is answered the same', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const app = await startApp(t, { ADMIN_KEY, FACE_DATA_DIR })
  const photo = await portraits.anna()
  const first = await send(app, 'k1', registration(photo))
  assert.equal(first.statusCode, 200, first.body)
  assert.equal(first.headers['idempotent-replayed'], undefined)
  // In whatever body the same is asked for again.
  const again = await send(app, 'k1', registration(photo))
  assert.deepEqual([again.statusCode, again.body], [200, first.body])
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assert.equal(again.headers['content-type'], first.headers['content-type'])
  assert.equal(await encodingCount(app, 7), 1)

  for (const other of [
    registration(await portraits.annaAgain()), registration(photo, { replace: true }),
    { method: 'DELETE', url: '/users/7' } as const, { method: 'DELETE', url: '/face/7' } as const
  ]) {
    const refused = await send(app, 'k1', other)
    assert.deepEqual([refused.statusCode, refused.json().code], [422, 'IDEMPOTENCY_KEY_REUSED'])
  }
  // Nobody else learns of it.
  const stranger = await app.inject({ ...registration(photo), headers: { 'idempotency-key': 'k1' } })
  assert.notEqual(stranger.body, first.body)

  await app.close()
  const other = await startApp(t, { ADMIN_KEY, FACE_DATA_DIR })
  assert.equal((await send(other, 'k1', registration(photo))).body, first.body)
  assert.equal((await send(other, 'k2', registration(photo))).json().encoding_count, 3)
})

test('of requests at the same time one is done and the others are told to wait', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const photo = await portraits.anna()
  const answers = await Promise.all(Array.from({ length: 4 }, () => send(app, 'k', registration(photo))))
  const [done, ...others] = answers.sort((one, other) => one.statusCode - other.statusCode)
  assert.equal(done?.statusCode, 200)
  for (const other of others) {
    assert.deepEqual([other.statusCode, other.json().code], [409, 'REQUEST_IN_PROGRESS'])
    assert.equal(other.headers['retry-after'], '1')
  }
  assert.equal((await send(app, 'k', registration(photo))).body, done?.body)
  assert.equal(await encodingCount(app, 7), 1)
})

test('what was refused is tried again, and a GET needs no key', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const photo = await portraits.anna()
  const change: InjectOptions = { method: 'PUT', url: '/users/7', payload: { display_name: 'Anna' } }
  assert.equal((await send(app, 'k', change)).statusCode, 404)
  assert.equal((await send(app, 'r', registration(photo))).statusCode, 200)
  const changed = await send(app, 'k', change)
  assert.equal(changed.statusCode, 200)
  const again = await send(app, 'k', change)
  assert.deepEqual([again.body, again.headers['etag']], [changed.body, changed.headers['etag']])

  assert.equal((await send(app, 'd', { method: 'DELETE', url: '/users/7' })).statusCode, 200)
  assert.equal((await send(app, 'd', { method: 'DELETE', url: '/users/7' })).statusCode, 200)
  assert.equal((await send(app, 'e', { method: 'DELETE', url: '/users/7' })).statusCode, 404)
  for (const key of ['', 'two words', 'ü', 'x'.repeat(256)]) {
    const refused = await send(app, key, change)
    assert.deepEqual([refused.statusCode, refused.json().code], [400, 'INVALID_REQUEST'], key)
  }
  assert.equal((await send(app, 'two words', { url: '/status/7' })).statusCode, 200)
  const form = multipart('/recognize', { photo })
  assert.equal((await send(app, 'f', form)).statusCode, 200)
})

/** Makes the request in a process that is killed when its change is durable, before the answer. */
async function killedAfterChange (t: TestContext, dir: string, request: InjectOptions): Promise<void> {
  const program = join(import.meta.dirname, 'fixtures', 'killed-after-change.ts')
  const headers = { authorization, 'idempotency-key': 'k', ...request.headers }
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    env: {
      ...process.env,
      ...TEST_ENV,
      ADMIN_KEY,
      FACE_DATA_DIR: dir,
      FASTIFY_AUTOLOAD_TYPESCRIPT: '1',
      REQUEST: JSON.stringify({ ...request, headers })
    },
    stdio: ['ignore', 'inherit', 'inherit']
  })
  t.after(() => child.kill('SIGKILL'))
  const [code, signal] = await once(child, 'close') as [number | null, string | null]
  assert.deepEqual([code, signal], [null, 'SIGKILL'])
}

test('a request whose process is killed between the change and the answer is not done twice', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const env = { ADMIN_KEY, FACE_DATA_DIR }
  const photo = await portraits.anna()

  /** Sends the request, then again to another process, and again: what the second and the third are answered. */
  async function retried (request: InjectOptions): Promise<{ body: Record<string, unknown>, app: FastifyInstance }> {
    await killedAfterChange(t, FACE_DATA_DIR, request)
    const app = await startApp(t, env)
    t.after(() => app.close())
    const second = await send(app, 'k', request)
    assert.equal(second.statusCode, 200, second.body)
    assert.equal(second.headers['idempotent-replayed'], undefined)
    assert.equal((await send(app, 'k', request)).body, second.body)
    return { body: second.json(), app }
  }

  const registered = await retried(registration(photo))
  const [encoding, ...more] = (await registered.app.encodingStore.get('7'))!.encodings
  assert.equal(more.length, 0)
  assert.equal(registered.body['registered_at'], encoding?.registeredAt)
  assert.equal(registered.body['encoding_count'], 1)
  const read = await send(registered.app, '', { url: '/users/7' })
  await registered.app.close()

  const change: InjectOptions = {
    method: 'PUT',
    url: '/users/7',
    payload: { display_name: 'Anna', metadata: { b: 1 } },
    headers: { 'if-match': String(read.headers['etag']), 'idempotency-key': 'k2' }
  }
  await killedAfterChange(t, FACE_DATA_DIR, change)
  const app = await startApp(t, env)
  const changed = await app.inject({ ...change, headers: { authorization, ...change.headers } })
  assert.deepEqual([changed.statusCode, changed.json().display_name], [200, 'Anna'], changed.body)
  await app.close()

  const deletion: InjectOptions = { method: 'DELETE', url: '/users/7', headers: { 'idempotency-key': 'k3' } }
  await killedAfterChange(t, FACE_DATA_DIR, deletion)
  const last = await startApp(t, env)
  const deleted = await last.inject({ ...deletion, headers: { authorization, ...deletion.headers } })
  assert.deepEqual([deleted.statusCode, deleted.json().user_id], [200, 7], deleted.body)
  assert.equal(await encodingCount(last, 7), 0)
})

test('an answer with a secret is never remembered: such a request takes no key of this kind', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const created = await app.inject({
    method: 'POST', url: '/keys', headers: { authorization }, payload: { name: 'door', role: 'kiosk' }
  })
  const { id } = created.json<{ id: string }>()
  const secret: InjectOptions[] = [
    { url: '/keys', payload: { name: 'gate', role: 'kiosk' } },
    { url: `/keys/${id}/rotate`, payload: {} },
    { url: '/pairings', payload: { name: 'gate' } },
    { url: '/session', payload: {} }
  ]
  for (const request of secret) {
    const answer = await send(app, 'k1', { method: 'POST', ...request })
    assert.deepEqual([answer.statusCode, answer.json<{ message: string }>().message], [
      400, 'Idempotency-Key: this request takes none, leave it out'
    ], String(request.url))
  }
})

test('no name is kept for repeats: a change is done once, and the repeat is told of the user as it is', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const app = await startApp(t, { ADMIN_KEY, FACE_DATA_DIR })
  await send(app, 'k1', registration(await portraits.anna()))
  const put = (key: string, name: string): Promise<LightMyRequestResponse> =>
    send(app, key, { method: 'PUT', url: '/users/7', payload: { display_name: name } })
  const first = await put('k2', 'Anna Lindqvist')
  const again = await put('k2', 'Anna Lindqvist')
  assert.deepEqual([again.statusCode, again.body, again.headers['etag']], [200, first.body, first.headers['etag']])
  assert.equal(again.headers['idempotent-replayed'], 'true')
  const later = await put('k3', 'Anna Berg')
  assert.equal((await put('k2', 'Anna Lindqvist')).body, later.body)

  const folder = join(FACE_DATA_DIR, 'requests')
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  assert.ok(files.length >= 3)
  for (const { parentPath, name } of files) assert.doesNotMatch(await readFile(join(parentPath, name), 'utf8'), /Anna/)
})
