import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPhotoQueue } from '../../../src/inference/photo-queue.ts'

const LONG_MS = 10_000

/** A task that settles when told to. */
function controlled (): { task: () => Promise<string>, finish: () => void, started: () => boolean } {
  let finish = (): void => {}
  const finished = new Promise<string>((resolve) => { finish = () => resolve('done') })
  let started = false
  return {
    task: () => {
      started = true
      return finished
    },
    finish,
    started: () => started
  }
}

test('as many run as there are slots, the others wait in order, and one too many is turned away at once', async () => {
  const queue = createPhotoQueue({ slots: 2, waitingMax: 2 })
  const tasks = Array.from({ length: 4 }, controlled)
  const results = tasks.map(({ task }) => queue.run(task, LONG_MS))
  assert.deepEqual(tasks.map(({ started }) => started()), [true, true, false, false])
  await assert.rejects(queue.run(controlled().task, LONG_MS), { code: 'OVERLOADED' })
  tasks[1]?.finish()
  await results[1]
  assert.deepEqual(tasks.map(({ started }) => started()), [true, true, true, false])
  tasks.forEach(({ finish }) => finish())
  assert.deepEqual(await Promise.all(results), Array(4).fill('done'))
})

test('a task that waits beyond its limit never starts, and frees its place', async () => {
  const queue = createPhotoQueue({ slots: 1, waitingMax: 1 })
  const [running, late, next] = [controlled(), controlled(), controlled()]
  const first = queue.run(running.task, LONG_MS)
  await assert.rejects(queue.run(late.task, 5), { code: 'INFERENCE_TIMEOUT' })
  const second = queue.run(next.task, LONG_MS)
  running.finish()
  next.finish()
  await Promise.all([first, second])
  assert.equal(late.started(), false)
})

test('a task that runs beyond its limit is answered, but keeps its slot until it settles', async () => {
  const queue = createPhotoQueue({ slots: 1, waitingMax: 1 })
  const [slow, next] = [controlled(), controlled()]
  await assert.rejects(queue.run(slow.task, 5), { code: 'INFERENCE_TIMEOUT' })
  const second = queue.run(next.task, LONG_MS)
  assert.equal(next.started(), false)
  slow.finish()
  next.finish()
  assert.equal(await second, 'done')
})

test('a task that fails frees its slot, and idle waits for all', async () => {
  const queue = createPhotoQueue({ slots: 1, waitingMax: 5 })
  await queue.idle()
  const failing = queue.run(() => Promise.reject(new Error('mine')), LONG_MS)
  const last = controlled()
  const result = queue.run(last.task, LONG_MS)
  await assert.rejects(failing, { message: 'mine' })
  let idle = false
  const waiting = queue.idle().then(() => { idle = true })
  assert.equal(idle, false)
  last.finish()
  await result
  await waiting
})
