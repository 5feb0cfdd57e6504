import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { eventually, temporaryFolder } from '../helper.ts'
import { dataUri, portraits } from '../photos.ts'
import { keyText } from '../store/helper.ts'
import { failToStart, startServer } from './server-process.ts'

const post = (url: string, body: Buffer, userId?: number): Promise<Response> => fetch(
  userId === undefined ? `${url}/recognize` : `${url}/register-face?user_id=${userId}`,
  { method: 'POST', body, headers: { 'content-type': 'image/jpeg' } }
)

test('two servers on one folder see each other\'s registrations and deletions', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const [first, second] = await Promise.all([startServer(t, { FACE_DATA_DIR }), startServer(t, { FACE_DATA_DIR })])
  const photo = await portraits.anna()
  const known = async (): Promise<boolean> =>
    (await (await post(second.url, photo)).json() as { success: boolean }).success

  assert.equal((await post(first.url, photo, 9)).status, 200)
  const sees = async (users: number): Promise<boolean> =>
    (await (await fetch(`${second.url}/health`)).json() as { registered_faces: number }).registered_faces === users
  await eventually(() => sees(1))
  assert.equal(await known(), true)

  assert.equal((await fetch(`${first.url}/face/9`, { method: 'DELETE' })).status, 200)
  await eventually(() => sees(0))
  assert.equal(await known(), false)
})

test('SIGTERM lets the photos under way finish, and nobody new comes in', async (t) => {
  const server = await startServer(t, { FACE_DATA_DIR: await temporaryFolder(t) })
  const photo = await portraits.anna()
  const underWay = Array.from({ length: 6 }, () => post(server.url, photo, 1))
  await underWay[0]
  server.child.kill('SIGUSR2') // Is not for the server, and must not end it.
  server.child.kill('SIGTERM')
  const answers = await Promise.all(underWay)
  for (const answer of answers) {
    const { code } = await answer.json() as { code?: string }
    assert.ok(answer.status === 200 || code === 'SHUTTING_DOWN', `${answer.status} ${code}`)
  }
  assert.equal(await server.exited, 0)
  await assert.rejects(fetch(`${server.url}/health`))
})

test('a bad value stops the start with one line that names the variable, the value and what is allowed', async (t) => {
  const cases: Array<[env: Record<string, string>, line: RegExp]> = [
    [{ PORT: 'abc' }, /^PORT="abc" is not allowed: expected a whole number from 0 to 65535\n$/],
    [{ RECOGNITION_TOLERANCE: '2.1' }, /^RECOGNITION_TOLERANCE="2.1" is not allowed: expected a number from 0 to 1\n$/],
    [{ LOG_LEVEL: 'LOUD' }, /^LOG_LEVEL="LOUD" is not allowed: expected one of .*\n$/]
  ]
  for (const [env, line] of cases) {
    for (const program of ['server', 'cluster'] as const) {
      const { code, output } = await failToStart(t, env, { program })
      assert.equal(code, 78)
      assert.match(output, line)
    }
  }
})

test('networks that cannot be loaded end the program with a reason, and not by an abort', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const { code, output } = await failToStart(t, {
    FACE_DATA_DIR, INFERENCE_BACKEND: 'onnx', INFERENCE_THREADS: '2', ONNX_EXECUTION_PROVIDERS: 'nonsense'
  })
  assert.equal(code, 1)
  assert.match(output, /ONNX_EXECUTION_PROVIDERS: nonsense is none of cpu/)
})

// Newer ones make do with the space that there is.
const reservesAll = Number(process.versions.node.split('.')[0]) < 24

test('without address space for the encodings a start ends with one line that says what to do', {
  skip: !reservesAll && 'Node.js 24 and newer do not reserve it'
}, async () => {
  const [limitKiB, program] = [6 * 2 ** 20, resolve('dist/src/gallery/gallery.js')]
  const failure = resolve('dist/src/cluster/start-failure.js')
  const script = `import(${JSON.stringify(program)}).then(({ createGallery }) => createGallery('any'))
    .catch(async (err) => (await import(${JSON.stringify(failure)})).failStart(err))`
  const child = spawn('sh', ['-c', `ulimit -v ${limitKiB} && exec "$@"`, 'sh', process.execPath, '--eval', script])
  let output = ''
  child.stderr.on('data', (chunk) => { output += String(chunk) })
  const [code] = await once(child, 'close')
  assert.match(output, /^No address space for the encodings: raise the limit [^\n]*\n$/)
  assert.equal(code, 78)
})

/** The address of a database that hangs up so many milliseconds after it was called. */
async function ficklePostgres (t: TestContext, patienceMs: number): Promise<string> {
  const server = createServer((socket) => setTimeout(() => socket.destroy(), patienceMs)).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  return `postgres://anna@127.0.0.1:${(server.address() as AddressInfo).port}/faces`
}

test('a start that fails while threads load their networks ends with the reason, and not by an abort', async (t) => {
  for (const patiencesMs of [[300, 500], [400, 600]]) {
    await Promise.all(patiencesMs.map(async (patienceMs) => {
      const { code, output } = await failToStart(t, {
        DATABASE_URL: await ficklePostgres(t, patienceMs), LOG_LEVEL: 'error'
      })
      assert.equal(code, 1, output)
      assert.match(output, /^The database [^\n]* cannot be used [^\n]*\n$/)
    }))
  }
})

test('keys that are none, or not those of the folder, stop the start with one line ' +
  'that does not show them', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const [key, other] = [keyText(), keyText()]
  const server = await startServer(t, { FACE_DATA_DIR, FACE_DATA_KEY: `${key},${other}` })
  assert.equal((await post(server.url, await portraits.anna(), 9)).status, 200)
  const userFile = new RegExp('^users/[0-9a-f]{2}/u-9\\.face is encrypted with key [0-9a-f]{16}, ' +
    'which FACE_DATA_KEY does not have: set FACE_DATA_KEY to the keys of this folder\n$')
  const notKeys = /^FACE_DATA_KEY is not allowed: expected keys of 32 bytes in base64, separated by commas \(.*\)\n$/
  const cases: Array<[FACE_DATA_KEY: string, line: RegExp]> = [
    ['', userFile], [other, userFile], [key.slice(4), notKeys], [`${key},x`, notKeys], [`${key};${other}`, notKeys]
  ]
  await Promise.all(cases.map(async ([FACE_DATA_KEY, line]) => {
    const { code, output } = await failToStart(t, { FACE_DATA_DIR, FACE_DATA_KEY, LOG_LEVEL: 'error' })
    assert.equal(code, line === notKeys ? 78 : 1)
    assert.match(output, line)
  }))
  assert.deepEqual(await readdir(join(FACE_DATA_DIR, 'quarantine')), [])
})

test('an occupied port and a data folder that cannot be made stop the start', async (t) => {
  const server = await startServer(t, { FACE_DATA_DIR: await temporaryFolder(t) })
  const taken = await failToStart(t, { FACE_DATA_DIR: await temporaryFolder(t), PORT: new URL(server.url).port })
  assert.equal(taken.code, 1)
  assert.match(taken.output, /EADDRINUSE/)
  const blocked = await failToStart(t, { FACE_DATA_DIR: '/dev/null/faces' })
  assert.equal(blocked.code, 1)
  assert.match(blocked.output, /\/dev\/null\/faces/)
})

test('settings come from .env, and the environment wins over it', async (t) => {
  const cwd = await temporaryFolder(t)
  await writeFile(join(cwd, '.env'), 'RECOGNITION_TOLERANCE=0.45\nLOG_FILE=from-dotenv.log\n')
  const server = await startServer(t, { FACE_DATA_DIR: './faces', LOG_FILE: 'from-env.log' }, { cwd })
  const health = await (await fetch(`${server.url}/health`)).json() as Record<string, unknown>
  assert.equal(health['recognition_tolerance'], 0.45)
  assert.equal(health['face_data_dir'], './faces')
  await eventually(async () => (await readFile(join(cwd, 'from-env.log'), 'utf8')).includes('listening'))
})

test('the log has one line for each request and never a photo, an encoding or a user id', async (t) => {
  const cwd = await temporaryFolder(t)
  const server = await startServer(t, { FACE_DATA_DIR: './faces', LOG_FILE: 'face_server.log', LOG_LEVEL: 'DEBUG' }, {
    cwd
  })
  const photo = await portraits.anna()
  const json = (path: string, body: object): Promise<Response> => fetch(`${server.url}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'x-request-id': 'door-17' }
  })
  const registered = await json('/register-face', { user_id: 'secret-person', photo: dataUri(photo) })
  assert.equal(registered.headers.get('x-request-id'), 'door-17')
  await json('/recognize', { photo: dataUri(photo) })
  await json('/recognize', { photo: 'broken SECRETPHOTO' })
  await fetch(`${server.url}/status/secret-person`)
  await fetch(`${server.url}/face/secret-person`, { method: 'DELETE' })
  server.child.kill('SIGTERM')
  assert.equal(await server.exited, 0)

  const log = await readFile(join(cwd, 'face_server.log'), 'utf8')
  const lines = log.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  const requests = lines.filter(({ msg }) => msg === 'request')
  assert.deepEqual(requests.map(({ route, status }) => [route, status]), [
    ['/register-face', 200], ['/recognize', 200], ['/recognize', 400], ['/status/:user_id', 200],
    ['/face/:user_id', 200]
  ])
  assert.equal(requests[0]?.['reqId'], 'door-17')
  for (const text of [log, server.output()]) {
    assert.ok(!text.includes('secret-person') && !text.includes('SECRETPHOTO'))
    assert.ok(!text.includes(photo.toString('base64').slice(1000, 1040)))
    assert.ok(!/-?0\.\d{5,},-?0\.\d{5,}/.test(text), 'looks like an encoding')
  }
})
