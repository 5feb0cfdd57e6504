import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adding, eventually, filesIn, openStore, seedsOf, startChild, temporaryFolder } from './helper.ts'

const PROCESSES = 4
const ENCODINGS = 15

test('processes that add to the same user at the same time lose nothing, and each sees all of it', async (t) => {
  const dir = await temporaryFolder(t)
  const { store, follower, events } = await openStore(t, { dir })
  const children = Array.from({ length: PROCESSES - 1 }, (_, index) => (
    startChild(t, 'append-encodings', dir, 'anna', String((index + 1) * 100), String(ENCODINGS))
  ))
  // The first encoding of a child shows that they are at work: from now on this process competes with them.
  await eventually(() => follower.users.has('anna'))
  for (let seed = 0; seed < ENCODINGS; seed++) await store.update('anna', adding('anna', seed))
  for (const { ended } of children) assert.equal(await ended, 0)

  const seeds = seedsOf(await store.get('anna'))
  assert.equal(seeds.length, PROCESSES * ENCODINGS)
  for (let first = 0; first < PROCESSES * 100; first += 100) {
    const own = seeds.filter((seed) => seed >= first && seed < first + 100)
    assert.deepEqual(own, Array.from({ length: ENCODINGS }, (_, index) => first + index))
  }
  await eventually(() => follower.users.get('anna')?.length === seeds.length)
  assert.deepEqual(follower.users.get('anna'), seeds)
  assert.deepEqual(events.map(({ type }) => type), ['loaded'])
  assert.equal((await filesIn(dir)).length, 1)

  // Had each process written all of its own at once, they would not have competed.
  const turns = seeds.filter((seed, index) => index > 0 && Math.floor(seed / 100) !== Math.floor((seeds[index - 1] ?? 0) / 100)).length
  assert.ok(turns > 0)
  t.diagnostic(`${seeds.length} encodings of ${PROCESSES} processes, which took turns ${turns} times`)
})
