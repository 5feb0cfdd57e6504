import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually, temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'
import { alive, failToStart, listened, logOf, startServer, type ServerProcess } from './server-process.ts'

const times = (server: ServerProcess, msg: string): number => logOf(server).filter((line) => line.msg === msg).length

/** Posts a photo over a connection of the agent; gives the status and whether the server ended the connection. */
function recognize (
  agent: Agent, url: string, photo: Buffer
): Promise<{ status: number | undefined, closes: boolean }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/recognize`, {
      agent, method: 'POST', headers: { 'content-type': 'image/jpeg', 'content-length': photo.length }
    }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve({ status: answer.statusCode, closes: answer.headers.connection === 'close' }))
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(photo)
  })
}

/** The value of a sample. */
async function metric (url: string, name: string): Promise<number> {
  const samples = (await (await fetch(`${url}/metrics`)).text()).split('\n')
  return Number(samples.find((sample) => sample.startsWith(`${name} `))?.slice(name.length))
}

test('a process that is killed is replaced, the other one serves meanwhile, and the ' +
  'metrics are the sums of all', async (t) => {
  const server = await startServer(t, { FACE_DATA_DIR: await temporaryFolder(t), WEB_CONCURRENCY: '2' }, {
    program: 'cluster'
  })
  const [first] = listened(server)
  assert.equal(listened(server).length, 2)
  const messages = logOf(server).map(({ msg }) => msg)
  for (const msg of ['models are warm', 'encodings loaded']) {
    assert.equal(messages.slice(0, messages.indexOf('READY')).filter((other) => other === msg).length, 2, msg)
  }
  if (process.platform === 'linux') {
    assert.match(await readFile(`/proc/${first}/environ`, 'utf8'), /MALLOC_ARENA_MAX=2\0/)
    assert.match(await readFile(`/proc/${first}/cmdline`, 'utf8'), /--max-semi-space-size=4\0/)
  }
  const agent = new Agent()
  const photo = await portraits.anna()
  for (let i = 0; i < 4; i++) assert.equal((await recognize(agent, server.url, photo)).status, 200)
  assert.equal(new Set(logOf(server).filter(({ msg }) => msg === 'request').map(({ pid }) => pid)).size, 2)
  assert.equal((await fetch(`${server.url}/register-face?user_id=1`, {
    method: 'POST', body: photo, headers: { 'content-type': 'image/jpeg' }
  })).status, 200)
  const recognitions = (): Promise<number> =>
    metric(server.url, 'face_http_request_seconds_count{route="/recognize",outcome="unknown"}')
  assert.equal(await recognitions(), 4)
  assert.equal(await metric(server.url, 'face_processes'), 2)
  assert.equal(await metric(server.url, 'face_threads'), 2)
  assert.equal(await metric(server.url, 'face_enrolled_users'), 1)

  process.kill(first!, 'SIGKILL')
  await eventually(() => times(server, 'a process ended: another follows') === 1)
  assert.equal((await fetch(`${server.url}/health/ready`)).status, 200)
  await eventually(() => listened(server).length === 3)
  assert.equal(await recognitions(), 4)
  await eventually(async () => await metric(server.url, 'face_processes') === 2)
  assert.ok(logOf(server).some(({ pid, signal }) => pid === first && signal === 'SIGKILL'))
})

test('SIGHUP replaces every process while kiosks on open connections notice ' +
  'nothing, and reads .env again', async (t) => {
  const cwd = await temporaryFolder(t)
  const server = await startServer(t, { FACE_DATA_DIR: './faces', WEB_CONCURRENCY: '2', RATE_LIMIT_MAX: '1000000' }, {
    program: 'cluster', cwd
  })
  const photo = await portraits.anna()
  const old = listened(server)
  const enough = new AbortController()
  let closed = 0
  let answers = 0
  const kiosk = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (!enough.signal.aborted) {
      const { status, closes } = await recognize(agent, server.url, photo)
      assert.equal(status, 200)
      answers++
      if (closes) closed++
    }
    agent.destroy()
  }
  const kiosks = Promise.all(Array.from({ length: 3 }, kiosk))
  await eventually(() => answers > 12)
  await writeFile(join(cwd, '.env'), 'RECOGNITION_TOLERANCE=0.41\n')
  server.child.kill('SIGUSR2')
  server.child.kill('SIGHUP')
  await eventually(() => times(server, 'READY') === 2, 60_000)
  const during = answers
  await eventually(() => answers > during + 12)
  enough.abort()
  await kiosks
  assert.equal(listened(server).length, 4)
  assert.ok(old.every((pid) => !alive(pid)))
  assert.ok(closed > 0)
  await eventually(async () => (
    await metric(server.url, 'face_http_request_seconds_count{route="/recognize",outcome="unknown"}') === answers
  ))
  assert.equal(
    (await (await fetch(`${server.url}/health`)).json() as { recognition_tolerance: number }).recognition_tolerance,
    0.41
  )

  await writeFile(join(cwd, '.env'), 'RECOGNITION_TOLERANCE=41\n')
  server.child.kill('SIGHUP')
  await eventually(() => times(server, 'not replaced: the processes that run go on') === 1)
  assert.equal((await fetch(`${server.url}/health/live`)).status, 200)
  t.diagnostic(`${answers} photos, ${closed} connections closed by the server`)
})

test('the processes together let as many requests of an address pass as one would', async (t) => {
  const server = await startServer(t, {
    FACE_DATA_DIR: await temporaryFolder(t), WEB_CONCURRENCY: '2', INFERENCE_THREADS: '1', RATE_LIMIT_MAX: '6'
  }, { program: 'cluster' })
  /** Each on a connection of its own: they go to the processes in turn. */
  const ask = async (): Promise<number> => (
    (await fetch(`${server.url}/status/1`, { headers: { connection: 'close' } })).status
  )
  for (let n = 0; n < 6; n++) assert.equal(await ask(), 200)
  // Neither has counted more than three itself.
  await eventually(async () => {
    const answers = [await ask(), await ask(), await ask(), await ask()]
    return answers.every((status) => status === 429)
  })
})

test('what keeps the first process from starting ends everything, with its exit code', async (t) => {
  const blocked = await failToStart(t, { FACE_DATA_DIR: '/dev/null/faces', WEB_CONCURRENCY: '2' }, {
    program: 'cluster'
  })
  assert.equal(blocked.code, 1)
  assert.match(blocked.output, /\/dev\/null\/faces/)
})

test('SIGTERM to the whole group, as a service manager sends it, finishes the photos under ' +
  'way and ends every process', async (t) => {
  const cwd = await temporaryFolder(t)
  const server = await startServer(t, { FACE_DATA_DIR: './faces', WEB_CONCURRENCY: '2', LOG_FILE: 'face_server.log' }, {
    program: 'cluster', cwd
  })
  const photo = await portraits.anna()
  const agent = new Agent()
  const underWay = Array.from({ length: 6 }, () => recognize(agent, server.url, photo))
  await underWay[0]
  for (const pid of listened(server)) process.kill(pid, 'SIGTERM')
  server.child.kill('SIGTERM')
  for (const { status } of await Promise.all(underWay)) assert.ok(status === 200 || status === 503, String(status))
  assert.equal(await server.exited, 0)
  assert.ok(listened(server).every((pid) => !alive(pid)))
  await assert.rejects(fetch(`${server.url}/health`))
  assert.equal(await readFile(join(cwd, 'face_server.log'), 'utf8'), server.output())
})

test('servers whose primary is killed end by themselves', async (t) => {
  const server = await startServer(t, { FACE_DATA_DIR: await temporaryFolder(t) }, { program: 'cluster' })
  server.child.kill('SIGKILL')
  await eventually(() => listened(server).every((pid) => !alive(pid)))
})

test('a recognition that another process made can be rejected', async (t) => {
  const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='
  const server = await startServer(
    t, { FACE_DATA_DIR: await temporaryFolder(t), WEB_CONCURRENCY: '2', ADMIN_KEY }, { program: 'cluster' }
  )
  // Connections are given to the processes in turn.
  const post = async (path: string, body: Buffer | string): Promise<Record<string, unknown>> => {
    const type = typeof body === 'string' ? 'application/json' : 'image/jpeg'
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': type, connection: 'close' }
    return await (await fetch(server.url + path, { method: 'POST', body, headers })).json() as Record<string, unknown>
  }
  await post('/register-face?user_id=1', await portraits.anna())
  const again = await portraits.annaAgain()
  const named = await eventually(async () => {
    const answer = await post('/recognize', again)
    return answer['user_id'] === 1 && answer
  })
  const body = JSON.stringify({ recognition_id: named['recognition_id'] })
  const ids = new Set<unknown>()
  const route = '/users/:user_id/rejections'
  const answered = (): Set<number> =>
    new Set(logOf(server).flatMap((line) => (line as { route?: string }).route === route ? [line.pid] : []))
  await eventually(async () => {
    const answer = await post('/users/1/rejections', body)
    assert.equal(answer['success'], true, JSON.stringify(answer))
    ids.add(answer['id'])
    return answered().size === 2
  })
  assert.equal(ids.size, 1)
  const unknown = JSON.stringify({ recognition_id: '00000000-0000-4000-8000-000000000000' })
  assert.equal((await post('/users/1/rejections', unknown))['code'], 'RECOGNITION_NOT_FOUND')
})
