import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FaceError } from '../../../src/errors.ts'
import { createPhotoQueue, type Slots } from '../../../src/inference/photo-queue.ts'

const LONG = { limitMs: 10_000 }

/** As many slots at all times. */
const slots = (count: number) => (): Slots => ({ now: count, soon: count })

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
  const queue = createPhotoQueue({ slots: slots(2), waitingMax: 2 })
  const tasks = Array.from({ length: 4 }, controlled)
  const results = tasks.map(({ task }) => queue.run(task, LONG))
  assert.deepEqual(tasks.map(({ started }) => started()), [true, true, false, false])
  assert.throws(() => queue.assertRoom(LONG.limitMs), { code: 'OVERLOADED' })
  await assert.rejects(queue.run(controlled().task, LONG), { code: 'OVERLOADED' })
  tasks[1]?.finish()
  await results[1]
  assert.deepEqual(tasks.map(({ started }) => started()), [true, true, true, false])
  tasks.forEach(({ finish }) => finish())
  assert.deepEqual(await Promise.all(results), Array(4).fill('done'))
})

test('a task that waits beyond its limit never starts, and frees its place', async () => {
  const queue = createPhotoQueue({ slots: slots(1), waitingMax: 1 })
  const [running, late, next] = [controlled(), controlled(), controlled()]
  const first = queue.run(running.task, LONG)
  await assert.rejects(queue.run(late.task, { limitMs: 5 }), { code: 'INFERENCE_TIMEOUT' })
  const second = queue.run(next.task, LONG)
  running.finish()
  next.finish()
  await Promise.all([first, second])
  assert.equal(late.started(), false)
})

test('a task that runs beyond its limit is answered, but keeps its slot until it settles', async () => {
  const queue = createPhotoQueue({ slots: slots(1), waitingMax: 1 })
  const [slow, next] = [controlled(), controlled()]
  await assert.rejects(queue.run(slow.task, { limitMs: 5 }), { code: 'INFERENCE_TIMEOUT' })
  const second = queue.run(next.task, LONG)
  assert.equal(next.started(), false)
  slow.finish()
  next.finish()
  assert.equal(await second, 'done')
})

test('a task that fails frees its slot, and idle waits for all', async () => {
  const queue = createPhotoQueue({ slots: slots(1), waitingMax: 5 })
  await queue.idle()
  const failing = queue.run(() => Promise.reject(new Error('mine')), LONG)
  const last = controlled()
  const result = queue.run(last.task, LONG)
  await assert.rejects(failing, { message: 'mine' })
  let idle = false
  const waiting = queue.idle().then(() => { idle = true })
  assert.equal(idle, false)
  last.finish()
  await result
  await waiting
})

test('when the queue would take more than half of the limit, newcomers are turned away ' +
  'and told when to come back', async (t) => {
  let nowMs = 0
  t.mock.method(performance, 'now', () => nowMs)
  const queue = createPhotoQueue({ slots: slots(2), waitingMax: 100 })
  const first = controlled()
  const taught = queue.run(first.task, LONG)
  nowMs = 2_000
  first.finish()
  await taught
  // Two run, and every two seconds two of those that wait may start.
  const tasks = Array.from({ length: 7 }, controlled)
  const results = tasks.map(({ task }) => queue.run(task, LONG))
  assert.deepEqual(queue.load(), { running: 2, waiting: 5 })
  await queue.run(controlled().task, LONG).then(assert.fail, (err: FaceError) => {
    assert.equal(err.code, 'OVERLOADED')
    assert.equal(err.retryAfterSeconds, 6)
  })
  tasks.forEach(({ finish }) => finish())
  await Promise.all(results)
})

test('a task whose client goes away while it waits never starts, and frees its place', async () => {
  const queue = createPhotoQueue({ slots: slots(1), waitingMax: 1 })
  const [running, abandoned, next] = [controlled(), controlled(), controlled()]
  const client = new AbortController()
  const first = queue.run(running.task, { ...LONG, signal: client.signal })
  const second = queue.run(abandoned.task, { ...LONG, signal: client.signal })
  client.abort()
  await assert.rejects(second, { code: 'CLIENT_GONE' })
  const third = queue.run(next.task, LONG)
  running.finish()
  next.finish()
  assert.deepEqual(await Promise.all([first, third]), ['done', 'done'])
  assert.equal(abandoned.started(), false)
  await assert.rejects(queue.run(abandoned.task, { ...LONG, signal: client.signal }), { code: 'CLIENT_GONE' })
})

test('tasks wait for a slot that is being replaced, and not at all for one that never comes back', async () => {
  let present: Slots = { now: 0, soon: 1 }
  const queue = createPhotoQueue({ slots: () => present, waitingMax: 5 })
  const [first, second, third] = [controlled(), controlled(), controlled()]
  const results = [first, second].map(({ task }) => queue.run(task, LONG))
  assert.deepEqual([first.started(), queue.load()], [false, { running: 0, waiting: 2 }])
  present = { now: 1, soon: 1 }
  queue.slotsChanged()
  assert.deepEqual([first.started(), second.started()], [true, false])

  present = { now: 0, soon: 0 }
  queue.slotsChanged()
  await assert.rejects(results[1]!, { code: 'OVERLOADED' })
  first.finish()
  assert.equal(await results[0], 'done')
  await assert.rejects(queue.run(third.task, LONG), { code: 'OVERLOADED' })
  await queue.idle()
  assert.deepEqual([second.started(), third.started()], [false, false])
})
