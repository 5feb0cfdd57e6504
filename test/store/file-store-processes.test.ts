import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addTogether, filesIn, memoryFolder, openStore } from './helper.ts'

const PROCESSES = 8

test('processes that add to the same user at the same time lose nothing, and each sees all of it', async (t) => {
  const dir = await memoryFolder(t)
  const { store, follower, events } = await openStore(t, { dir })
  const seeds = await addTogether(t, { processes: PROCESSES, place: dir, store, follower })
  assert.deepEqual(events.map(({ type }) => type), ['loaded'])
  assert.equal((await filesIn(dir)).length, 1)

  // Had each process written all of its own at once, they would not have competed.
  const turns = seeds.filter((seed, index) => index > 0 &&
    Math.floor(seed / 100) !== Math.floor((seeds[index - 1] ?? 0) / 100)).length
  assert.ok(turns > 0)
  t.diagnostic(`${seeds.length} encodings of ${PROCESSES} processes, which took turns ${turns} times`)
})
