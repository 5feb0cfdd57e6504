import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adding, openStore, record, refusingWatch, seen, temporaryFolder, WATCH_MODES } from './helper.ts'

test('without notifications folders are looked at as often as asked for', async (t) => {
  const dir = await temporaryFolder(t)
  const slow = await openStore(t, { dir, watch: refusingWatch, pollMs: 60_000 })
  const quick = await openStore(t, { dir, watch: refusingWatch, pollMs: 100 })
  const author = await openStore(t, { dir })
  for (let seed = 1; seed <= 10; seed++) {
    await author.store.update('anna', () => record('anna', seed))
    await seen(quick.follower, 'anna', [seed])
  }
  assert.equal(slow.follower.users.size, 0)
})

test('with notifications a change is seen without the periodic check', async (t) => {
  const dir = await temporaryFolder(t)
  // The timer of the check is made while the clock stands still, and never goes off.
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const author = await openStore(t, { dir })
  const reader = await openStore(t, { dir })
  t.mock.timers.reset()
  for (let seed = 1; seed <= 10; seed++) {
    await author.store.update('anna', () => record('anna', seed))
    await seen(reader.follower, 'anna', [seed])
  }
  await author.store.update('anna', () => null)
  await seen(reader.follower, 'anna', [])
})

for (const [mode, options] of WATCH_MODES) {
  test(`${mode}: what one store does the other one sees within a second`, async (t) => {
    const dir = await temporaryFolder(t)
    const one = await openStore(t, { dir, ...options })
    const two = await openStore(t, { dir, ...options })
    const times: number[] = []
    for (const [author, reader] of [[one, two], [two, one]] as const) {
      await author.store.update('anna', adding('anna', 1))
      times.push(await seen(reader.follower, 'anna', [1]))
      await author.store.update('anna', adding('anna', 2))
      times.push(await seen(reader.follower, 'anna', [1, 2]))
      await author.store.update('anna', () => null)
      times.push(await seen(reader.follower, 'anna', []))
    }
    const many = Array.from({ length: 40 }, (_, id) => String(id))
    await Promise.all(many.map((key, id) => one.store.update(key, adding(key, id))))
    for (const [id, key] of many.entries()) times.push(await seen(two.follower, key, [id]))
    assert.deepEqual(two.events.map(({ type }) => type), options.watch ? ['polling', 'loaded'] : ['loaded'])
    t.diagnostic(`the slowest took ${Math.round(Math.max(...times))} ms`)
  })
}
