import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { eventually, filesIn, openStore, record, refusingWatch, seedsOf, startChild, memoryFolder } from './helper.ts'

const LIVES = 6
/** Of one life. */
const CHANGES_MAX = 1_000

/** What the writer said of each user: the change that was acknowledged last, and the one under way when it died. */
interface Said { acknowledged: number, tried: number | undefined }

/** Lets the writer change users until it is killed at a random moment. Returns its changes and how many it made. */
async function liveAndDie (
  t: TestContext, dir: string, first: number
): Promise<{ users: Map<string, Said>, made: number }> {
  const child = startChild(t, 'write-until-killed', dir, String(first))
  const linesMin = Math.random() * CHANGES_MAX * 2
  await eventually(() => child.lines.length > linesMin)
  child.kill()
  assert.equal(await child.ended, null)

  const users = new Map<string, Said>()
  let made = 0
  for (const line of child.lines) {
    const [what, key = '', number] = line.split(' ')
    if (what === 'did') made++
    if (what === 'did') users.set(key, { acknowledged: Number(number), tried: undefined })
    else users.set(key, { acknowledged: users.get(key)?.acknowledged ?? NaN, tried: Number(number) })
  }
  return { users, made }
}

test('a writer that is killed at random moments loses nothing it acknowledged and leaves nothing behind', async (t) => {
  const dir = await memoryFolder(t)
  const present = new Map<string, number>()
  let [all, unfinished, left] = [0, 0, 0]
  for (let life = 0; life < LIVES; life++) {
    const { users, made } = await liveAndDie(t, dir, life * 1_000_000)
    all += made
    left += (await filesIn(dir)).filter((name) => !name.endsWith('.face')).length

    const { store, follower, events } = await openStore(t, { dir })
    for (const [key, { acknowledged, tried }] of users) {
      const found = await store.get(key)
      const [seed = 0] = seedsOf(found)
      const before = Number.isNaN(acknowledged) ? present.get(key) ?? 0 : acknowledged
      assert.ok(seed === before || seed === tried, `${key}: found ${seed}, acknowledged ${before}, tried ${tried}`)
      if (tried !== undefined) unfinished++
      assert.deepEqual(found, seed === 0 ? null : record(key, seed))
      present.set(key, seed)
    }
    assert.deepEqual(
      follower.users, new Map([...present].filter(([, seed]) => seed !== 0).map(([key, seed]) => [key, [seed]]))
    )
    assert.deepEqual(events.map(({ type }) => type), ['loaded'])
    assert.equal((await filesIn(dir)).length, follower.users.size)
    await store.close()
  }
  // Otherwise it was not killed in the middle of its work.
  assert.ok(unfinished > 0 && left > 0)
  t.diagnostic(`${all} changes acknowledged in ${LIVES} lives, all found; ${unfinished} cut off, ${left} ` +
    'files left behind and removed')
})

test('a writer that is killed blocks no other process, which removes what it left', async (t) => {
  const dir = await memoryFolder(t)
  const { store, follower, events } = await openStore(t, { dir, watch: refusingWatch })
  const { users } = await liveAndDie(t, dir, 1)
  for (const key of users.keys()) await store.update(key, () => record(key, 7))
  assert.deepEqual([...follower.users].sort(), [...users.keys()].sort().map((key) => [key, [7]]))
  await eventually(async () => (await filesIn(dir)).length === users.size)
  assert.deepEqual(events.map(({ type }) => type), ['polling', 'loaded'])
})
