import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createThreadWatch, HungThread, LostThread, type ThreadWatch } from '../../../src/inference/thread-watch.ts'
import { GUARD_CONDEMNED, GUARD_FREE, GUARD_IN_NETWORK, MARK } from '../../../workers/protocol.ts'

const HANG_MS = 20

const words = (count: number): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(4 * count))

/** A thread that does nothing else any more, its guard, the mark of a photo that it has, and the photo's result. */
async function stuckThread (t: TestContext): Promise<{
  watch: ThreadWatch,
  thread: Worker,
  guard: Int32Array<SharedArrayBuffer>,
  mark: Int32Array<SharedArrayBuffer>,
  work: Promise<never>
}> {
  const thread = new Worker('require("worker_threads").parentPort.postMessage("running"); for (;;);', { eval: true })
  t.after(() => thread.terminate())
  await once(thread, 'message')
  const [guard, mark] = [words(1), words(MARK.words)]
  mark[MARK.threadWord] = thread.threadId
  const watch = createThreadWatch(HANG_MS, () => [thread])
  watch.add({ threadId: thread.threadId, guard })
  return {
    watch, thread, guard, mark, work: once(thread, 'exit').then(() => { throw new Error('the thread has ended') })
  }
}

test('a thread whose photo takes too long is ended, and both its photos say so in their ways', async (t) => {
  const { watch, thread, guard, mark, work } = await stuckThread(t)
  const { threadId } = thread
  mark[MARK.turnWord] = 1
  const [hung, other] = await Promise.allSettled([watch.watch(mark, work), watch.watch(words(MARK.words), work)])
  assert.ok(hung.status === 'rejected' && hung.reason instanceof HungThread)
  assert.ok(other.status === 'rejected' && !(other.reason instanceof HungThread))
  assert.equal(guard[0], GUARD_CONDEMNED)
  assert.deepEqual([watch.remove(threadId), watch.remove(threadId)], [true, false])
})

test('a thread is not ended in a network, and given up when it does not come back', async (t) => {
  const { watch, guard, mark, work } = await stuckThread(t)
  guard[0] = GUARD_IN_NETWORK
  await assert.rejects(watch.watch(mark, work), (err) => err instanceof LostThread)
  assert.equal(guard[0], GUARD_IN_NETWORK)
})

test('a thread that comes back from a network is ended then, unless its photo is over', async (t) => {
  const { watch, guard, mark, work } = await stuckThread(t)
  guard[0] = GUARD_IN_NETWORK
  const patient = createThreadWatch(5_000, () => [])
  assert.equal(await patient.watch(mark, Promise.resolve('over')), 'over')
  const hung = assert.rejects(watch.watch(mark, work), (err) => err instanceof HungThread)
  guard[0] = GUARD_FREE
  await hung
})

test('a photo that no thread has taken is not waited for for ever', async (t) => {
  const { watch, guard, work } = await stuckThread(t)
  await assert.rejects(watch.watch(words(MARK.words), work), { code: 'INFERENCE_TIMEOUT' })
  assert.equal(guard[0], GUARD_FREE)
})
