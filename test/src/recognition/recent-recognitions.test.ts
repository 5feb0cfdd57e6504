import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRecentRecognitions, type NamedFace } from '../../../src/recognition/recent-recognitions.ts'
import { eventually } from '../../support/eventually.ts'

const face = (userId: number): NamedFace => ({ userId, encodings: [{ vector: new Float32Array(128), model: 'm' }] })

test('the last thousand faces are remembered, each under an id of its own', (t) => {
  const recent = createRecentRecognitions()
  t.after(recent.close)
  const ids = Array.from({ length: 1_001 }, (_, userId) => recent.add(face(userId)))
  assert.equal(new Set(ids).size, 1_001)
  assert.equal(recent.get(ids[0]!), undefined)
  assert.equal(recent.get(ids[1]!)?.userId, 1)
  assert.equal(recent.get(ids[1_000]!)?.userId, 1_000)
  assert.equal(recent.get('another'), undefined)
})

test('a face is forgotten in time, with its user, and at the end', async (t) => {
  const recent = createRecentRecognitions(30)
  t.after(recent.close)
  const first = recent.add(face(1))
  await eventually(() => recent.get(first) === undefined)
  const [second, third] = [recent.add(face(2)), recent.add(face(3))]
  recent.forget('2')
  assert.equal(recent.get(second), undefined)
  await eventually(() => recent.get(third) === undefined)

  const long = createRecentRecognitions()
  const [mine, yours] = [long.add(face(1)), long.add(face(2))]
  long.forget('1')
  assert.deepEqual([long.get(mine), long.get(yours)?.userId], [undefined, 2])
  long.close()
  assert.equal(long.get(yours), undefined)
})
