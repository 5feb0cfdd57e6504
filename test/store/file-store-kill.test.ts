import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { seeded } from '../support/seeded.ts'
import { eventually, filesIn, openStore, record, refusingWatch, seedsOf, startChild, memoryFolder } from './helper.ts'

/** A life ends after so many lines of the writer, or in this system call. */
type Death = { lines: number } | { call: string }

/** Each is made with a temporary file there, or a claim, or both. */
const CALLS = ['file.writeFile', 'file.datasync', 'rename', 'file.sync']
const RANDOM_LIVES = 4
const LINES_MAX = 2_000

/** What the writer said of each user: the change that was acknowledged last, and the one under way when it died. */
interface Said { acknowledged: number, tried: number | undefined }

/** Lets the writer change users until it is killed. Returns its changes and how many it made. */
async function liveAndDie (
  t: TestContext, dir: string, first: number, death: Death
): Promise<{ users: Map<string, Said>, made: number }> {
  const child = startChild(t, 'write-until-killed', dir, String(first), '', 'call' in death ? death.call : '')
  if ('lines' in death) {
    await eventually(() => child.lines.length > death.lines)
    child.kill()
  }
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

test('a writer that is killed, in each system call and at random moments, loses nothing it acknowledged and leaves ' +
  'nothing behind', async (t) => {
  const random = seeded(t)
  const deaths = [
    ...CALLS.map((call): Death => ({ call })),
    ...Array.from({ length: RANDOM_LIVES }, () => ({ lines: random.below(LINES_MAX) }))
  ]
  const dir = await memoryFolder(t)
  const present = new Map<string, number>()
  let [all, unfinished, left] = [0, 0, 0]
  for (const [life, death] of deaths.entries()) {
    const { users, made } = await liveAndDie(t, dir, life * 1_000_000, death)
    all += made
    const behind = (await filesIn(dir)).filter((name) => !name.endsWith('.face')).length
    if ('call' in death) assert.ok(behind > 0, death.call)
    left += behind

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
  assert.ok(unfinished >= CALLS.length)
  t.diagnostic(`${all} changes acknowledged in ${deaths.length} lives, all found; ${unfinished} cut off, ${left} ` +
    'files left behind and removed')
})

test('a writer that is killed blocks no other process, which removes what it left', async (t) => {
  const dir = await memoryFolder(t)
  const { store, follower, events } = await openStore(t, { dir, watch: refusingWatch })
  const { users } = await liveAndDie(t, dir, 1, { call: 'rename' })
  for (const key of users.keys()) await store.update(key, () => record(key, 7))
  assert.deepEqual([...follower.users].sort(), [...users.keys()].sort().map((key) => [key, [7]]))
  await eventually(async () => (await filesIn(dir)).length === users.size)
  assert.deepEqual(events.map(({ type }) => type), ['polling', 'loaded'])
})
