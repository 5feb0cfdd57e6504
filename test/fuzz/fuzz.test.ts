import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzz } from './fuzz.ts'

/** Half a minute's worth; `npm run fuzz` goes on for as long as it is told, from another seed. */
const REQUESTS = 600
const SECONDS_MAX = 30
const SEED = Number(process.env['TEST_SEED'] ?? 1)

test('whatever is sent, the answer is an understandable one, and the server goes on', async (t) => {
  t.diagnostic(`the same again: TEST_SEED=${SEED}`)
  const endAt = performance.now() + SECONDS_MAX * 1000
  const answers = await fuzz(t, {
    seed: SEED, goesOn: (requests) => requests < REQUESTS && performance.now() < endAt
  })
  t.diagnostic(JSON.stringify(Object.fromEntries([...answers].sort())))
  // Otherwise it would not get far enough into the server.
  for (const answer of ['200', 'INVALID_REQUEST', 'IMAGE_UNREADABLE', 'UNSUPPORTED_IMAGE', 'NO_FACE']) {
    assert.ok(answers.has(answer), answer)
  }
})
