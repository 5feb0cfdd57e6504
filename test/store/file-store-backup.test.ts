import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually, newKeys, openStore, record, temporaryFolder, WATCH_MODES, type Follower } from './helper.ts'

const BACKUPS = 5
/** Users that change while the others are saved. */
const CHANGING = 8
const KEYS = Array.from({ length: 60 }, (_, id) => String(id))

const known = (follower: Follower): string => JSON.stringify([...follower.users].sort())

/** Saves the users as docs/storage.md says. Exit code 1 tells that files changed meanwhile, which is no failure. */
async function save (dir: string, archive: string): Promise<void> {
  const [code] = await once(
    spawn('tar', ['--exclude=.*.tmp', '-czf', archive, '-C', dir, 'users'], { stdio: 'ignore' }), 'close'
  ) as [number]
  assert.ok(code <= 1, `tar: ${code}`)
}

async function restore (archive: string, dir: string): Promise<void> {
  const [code] = await once(spawn('tar', ['-xzf', archive, '-C', dir], { stdio: 'inherit' }), 'close') as [number]
  assert.equal(code, 0)
}

test('a backup that is made while users are changed has each of them as a whole, encrypted as they are', async (t) => {
  const dir = await temporaryFolder(t)
  const keys = newKeys()
  const { store } = await openStore(t, { dir, keys })
  await Promise.all(KEYS.map((key) => store.update(key, () => record(key, 1))))
  const backups = await Promise.all(Array.from({ length: BACKUPS }, () => temporaryFolder(t)))

  const saved = new AbortController()
  const saving = (async () => {
    for (const backup of backups) await save(dir, join(backup, 'archive'))
    saved.abort()
  })()
  let last = 1
  while (!saved.signal.aborted) {
    last++
    await Promise.all(KEYS.slice(0, CHANGING).map((key) => store.update(key, () => record(key, last))))
  }
  await saving

  for (const backup of backups) {
    await restore(join(backup, 'archive'), backup)
    const { follower, events } = await openStore(t, { dir: backup, keys })
    assert.equal(follower.users.size, KEYS.length)
    assert.ok([...follower.users.values()].flat().every((seed) => seed >= 1 && seed <= last))
    assert.deepEqual(events.map(({ type }) => type), ['loaded'])
  }
  t.diagnostic(`${CHANGING * (last - 1)} changes during ${BACKUPS} backups`)
})

for (const [mode, options] of WATCH_MODES) {
  test(`${mode}: a backup that is put back is in every running server, and lasts`, async (t) => {
    const dir = await temporaryFolder(t)
    const archive = join(await temporaryFolder(t), 'archive')
    const one = await openStore(t, { dir, ...options })
    const two = await openStore(t, { dir, ...options })
    await Promise.all(KEYS.map((key) => one.store.update(key, () => record(key, 1))))
    const before = known(one.follower)
    await save(dir, archive)
    await Promise.all(KEYS.map((key) => one.store.update(key, () => null)))
    await eventually(() => two.follower.users.size === 0)

    await restore(archive, dir)
    await eventually(() => known(one.follower) === before && known(two.follower) === before)
    assert.equal(known((await openStore(t, { dir })).follower), before)
    for (const { events } of [one, two]) assert.ok(events.every(({ type }) => type === 'loaded' || type === 'polling'))
  })
}
