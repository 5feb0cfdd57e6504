import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createThreadWatch, HungThread, LostThread, type ThreadWatch } from '../../../src/inference/thread-watch.ts'
import { GUARD_CONDEMNED, GUARD_FREE, GUARD_IN_NETWORK } from '../../../workers/protocol.ts'

const HANG_MS = 20

const word = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(4))

interface Stuck {
  watch: ThreadWatch
  thread: Worker
  guard: Int32Array<SharedArrayBuffer>
  takenBy: Int32Array<SharedArrayBuffer>
  work: Promise<never>
}

/** A thread that does nothing else any more, its guard, the word of a photo that it took, and the photo's result. */
async function stuckThread (t: TestContext): Promise<Stuck> {
  const thread = new Worker('require("worker_threads").parentPort.postMessage("running"); for (;;);', { eval: true })
  t.after(() => thread.terminate())
  await once(thread, 'message')
  const [guard, takenBy] = [word(), word()]
  takenBy[0] = thread.threadId
  const watch = createThreadWatch(HANG_MS, () => [thread])
  watch.add({ threadId: thread.threadId, guard })
  const work = once(thread, 'exit').then(() => { throw new Error('the thread has ended') })
  return { watch, thread, guard, takenBy, work }
}

test('a thread whose photo takes too long is ended', async (t) => {
  const { watch, guard, takenBy, work } = await stuckThread(t)
  await assert.rejects(watch.watch(takenBy, work), (err) => err instanceof HungThread)
  assert.equal(guard[0], GUARD_CONDEMNED)
})

test('a thread is not ended in a network, and given up when it does not come back', async (t) => {
  const { watch, guard, takenBy, work } = await stuckThread(t)
  guard[0] = GUARD_IN_NETWORK
  await assert.rejects(watch.watch(takenBy, work), (err) => err instanceof LostThread)
  assert.equal(guard[0], GUARD_IN_NETWORK)
})

test('a thread that comes back from a network is ended then, unless its photo is over', async (t) => {
  const { watch, guard, takenBy, work } = await stuckThread(t)
  guard[0] = GUARD_IN_NETWORK
  const patient = createThreadWatch(5_000, () => [])
  assert.equal(await patient.watch(takenBy, Promise.resolve('over')), 'over')
  const hung = assert.rejects(watch.watch(takenBy, work), (err) => err instanceof HungThread)
  guard[0] = GUARD_FREE
  await hung
})

test('a photo that no thread has taken is not waited for for ever', async (t) => {
  const { watch, guard, work } = await stuckThread(t)
  await assert.rejects(watch.watch(word(), work), { code: 'INFERENCE_TIMEOUT' })
  assert.equal(guard[0], GUARD_FREE)
})
