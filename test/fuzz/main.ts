/**
 * `npm run fuzz -- [--minutes 5] [--seed N]`: sends mutated requests to the built server for so long, and fails as a
 * test.
 */
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } })
const minutes = Number(values.minutes ?? 5)
const seed = Number(values.seed ?? randomInt(2 ** 31))
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  throw new RangeError('expected minutes above 0 and a whole number as seed')
}

test(`${minutes} minutes from seed ${seed}`, async (t) => {
  const endAt = performance.now() + minutes * 60_000
  let made = 0
  const answers = await fuzz(t, { seed, goesOn: (requests) => (made = requests) === 0 || performance.now() < endAt })
  t.diagnostic(`${made} requests: ${JSON.stringify(Object.fromEntries([...answers].sort()))}`)
})
