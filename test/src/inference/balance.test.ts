import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBalance, type Thread } from '../../../src/inference/balance.ts'

/** What is looked at of a thread. */
const thread = (id: number, currentUsage: number): Thread => ({ id, currentUsage } as Thread)
const task = {} as Parameters<ReturnType<typeof createBalance>['choose']>[0]
const word = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(4))

test('an idle thread takes the photo, else one whose own photo does not take long', () => {
  const balance = createBalance(2)
  const longPhotos = [word(), word()] as const
  balance.add({ threadId: 1, longPhotos: longPhotos[0] })
  balance.add({ threadId: 2, longPhotos: longPhotos[1] })
  assert.equal(balance.choose(task, [thread(1, 1), thread(2, 0)])?.id, 2)
  assert.equal(balance.choose(task, [thread(1, 1), thread(2, 1)])?.id, 1)
  assert.equal(balance.choose(task, [thread(1, 2), thread(2, 1)])?.id, 2)
  assert.equal(balance.choose(task, [thread(1, 2), thread(2, 2)]), null)
  longPhotos[0][0] = 1
  assert.equal(balance.choose(task, [thread(1, 1), thread(2, 1)])?.id, 2)
  longPhotos[1][0] = 1
  assert.equal(balance.choose(task, [thread(1, 1), thread(2, 1)]), null)
  assert.equal(balance.choose(task, [thread(1, 1), thread(2, 0)])?.id, 2)
})

test('no thread takes a second photo while another one is being replaced, nor the only one', () => {
  for (const [threads, all] of [[2, [thread(1, 1)]], [2, [thread(1, 1), thread(3, 1)]], [1, [thread(1, 1)]]] as const) {
    const balance = createBalance(threads)
    if (all.length === 1) balance.add({ threadId: 1, longPhotos: word() })
    assert.equal(balance.choose(task, [...all]), null)
    assert.equal(balance.choose(task, [thread(1, 0)])?.id, 1)
  }
})
