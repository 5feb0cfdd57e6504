import assert from 'node:assert/strict'
import { cp, readdir, rm, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { BACKEND } from '../backend.ts'
import { eventually, temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'
import { poisonedDist } from '../support/poisoned-dist.ts'
import { alive, listened, logOf, startServer } from './server-process.ts'

/** Long enough for a thread to load its models, which photos wait for when every thread has died. */
const TIMEOUT_MS = 8_000
const SHORT_TIMEOUT_MS = 3_000

async function post (url: string, photo: Buffer | string): Promise<{ status: number, code?: string }> {
  const answer = await fetch(`${url}/recognize`, {
    method: 'POST', body: photo, headers: { 'content-type': 'image/jpeg' }
  })
  const { code } = await answer.json() as { code?: string }
  return { status: answer.status, ...code !== undefined && { code } }
}

test('a photo that kills or hangs its thread costs one request, and all threads are back after ' +
  'more such photos than threads', async (t) => {
  const dist = await poisonedDist(t)
  const env = {
    FACE_DATA_DIR: await temporaryFolder(t), INFERENCE_THREADS: '2', INFERENCE_TIMEOUT_MS: String(TIMEOUT_MS)
  }
  const server = await startServer(t, env, { dist })
  const photo = await portraits.anna()
  const poisons = [
    ['die', 503, 'INFERENCE_FAILED'], ['hang', 504, 'INFERENCE_TIMEOUT'], ['throw', 503, 'INFERENCE_FAILED']
  ] as const
  const replaced = (): number => logOf(server).filter(({ msg }) => msg === 'inference thread replaced').length
  for (const [i, [word, status, code]] of poisons.entries()) {
    const poisoned = post(server.url, `POISON ${word}`)
    assert.deepEqual(await post(server.url, photo), { status: 200 })
    assert.deepEqual(await poisoned, { status, code }, word)
    await eventually(() => replaced() > i)
  }
  assert.equal(replaced(), poisons.length)
  assert.match(
    await (await fetch(`${server.url}/metrics`)).text(),
    new RegExp(`^face_threads_replaced_total ${poisons.length}$`, 'm')
  )
  // With one thread gone or still hanging, a photo beside one that hangs would wait as long.
  const hanging = post(server.url, 'POISON hang')
  assert.deepEqual(await post(server.url, photo), { status: 200 })
  assert.equal((await hanging).status, 504)
  assert.equal((await fetch(`${server.url}/health/ready`)).status, 200)
})

test('photos that wait behind one that hangs are answered in time, too, and the next one is recognised', async (t) => {
  const dist = await poisonedDist(t)
  const env = { INFERENCE_THREADS: '1', INFERENCE_TIMEOUT_MS: String(SHORT_TIMEOUT_MS) }
  const server = await startServer(t, { FACE_DATA_DIR: await temporaryFolder(t), ...env }, { dist })
  const photo = await portraits.anna()
  const hanging = post(server.url, 'POISON hang')
  const waiting = await Promise.all(Array.from({ length: 4 }, () => post(server.url, photo)))
  assert.deepEqual(await hanging, { status: 504, code: 'INFERENCE_TIMEOUT' })
  // One of them may have been in the thread when that was ended.
  const timedOut = waiting.filter(({ code }) => code === 'INFERENCE_TIMEOUT')
  const failed = waiting.filter(({ code }) => code === 'INFERENCE_FAILED')
  assert.ok(failed.length <= 1 && timedOut.length + failed.length === waiting.length, JSON.stringify(waiting))
  await eventually(async () => (await post(server.url, photo)).status === 200)
})

test('a network that never comes back costs one request and the process, which ' +
  'another one relieves first', async (t) => {
  const dist = await poisonedDist(t)
  const env = {
    FACE_DATA_DIR: await temporaryFolder(t),
    INFERENCE_THREADS: '2',
    INFERENCE_TIMEOUT_MS: String(SHORT_TIMEOUT_MS),
    CLOSE_GRACE_MS: '2000'
  }
  const server = await startServer(t, env, { dist, program: 'cluster' })
  const photo = await portraits.anna()
  const poisoned = post(server.url, 'POISON network')
  await eventually(async () => {
    assert.deepEqual(await post(server.url, photo), { status: 200 })
    return listened(server).length === 2
  })
  assert.deepEqual(await poisoned, { status: 504, code: 'INFERENCE_TIMEOUT' })
  assert.deepEqual(await post(server.url, photo), { status: 200 })
  await eventually(() => !alive(listened(server)[0]!))
  server.child.kill('SIGTERM')
  assert.equal(await server.exited, 0)
})

test('without a primary, such a process turns newcomers away, finishes and ends, for its ' +
  'service manager to start another', async (t) => {
  const dist = await poisonedDist(t)
  const server = await startServer(
    t, { FACE_DATA_DIR: await temporaryFolder(t), INFERENCE_TIMEOUT_MS: String(SHORT_TIMEOUT_MS) }, { dist }
  )
  assert.deepEqual(await post(server.url, 'POISON network'), { status: 504, code: 'INFERENCE_TIMEOUT' })
  assert.equal(await server.exited, 'SIGKILL')
  assert.ok(logOf(server).some(({ msg }) => msg.startsWith('inference thread lost')))
})

test('a process whose threads cannot load their models any more ends, too', async (t) => {
  const dist = await poisonedDist(t)
  const MODELS_DIR = await temporaryFolder(t)
  for (const name of await readdir('models')) {
    if (name.endsWith('.onnx')) await cp(join('models', name), join(MODELS_DIR, name))
  }
  const server = await startServer(t, { FACE_DATA_DIR: await temporaryFolder(t), MODELS_DIR }, { dist })
  // face-api's package brings the models of TensorFlow.js.
  if (BACKEND === 'tfjs') await unlink(join(dirname(dist), 'node_modules'))
  else await rm(MODELS_DIR, { recursive: true })
  assert.deepEqual(await post(server.url, 'POISON die'), { status: 503, code: 'INFERENCE_FAILED' })
  assert.equal(await server.exited, 'SIGKILL')
})

for (const failure of ['throw', 'exit']) {
  test('no photo waits for a thread that loads its models, ' +
    `and a process notices that they do not load: ${failure}`, async (t) => {
    const dist = await poisonedDist(t)
    const gate = join(await temporaryFolder(t), 'gate')
    await writeFile(gate, 'open')
    const env = { FACE_DATA_DIR: await temporaryFolder(t), INFERENCE_THREADS: '2', POISON_GATE: gate }
    const server = await startServer(t, env, { dist })
    const photo = await portraits.anna()
    await writeFile(gate, 'wait')
    assert.deepEqual(await post(server.url, 'POISON die'), { status: 503, code: 'INFERENCE_FAILED' })
    // More than there are threads, several times: each is looked at by the thread that is left.
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(Array.from({ length: 4 }, () => post(server.url, photo)))
      assert.deepEqual(answers, Array(4).fill({ status: 200 }))
    }
    // It ends soon after: what were sent now would be answered, refused or cut off, by chance.
    await writeFile(gate, failure)
    assert.equal(await server.exited, 'SIGKILL')
    assert.ok(logOf(server).some(({ msg }) => msg.startsWith('inference thread lost')))
  })
}
