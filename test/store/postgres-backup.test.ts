import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { adding, eventually, record, type Follower, temporaryFolder } from './helper.ts'
import { onCluster } from './postgres-cluster.ts'
import { openPostgresStore } from './postgres-helper.ts'

const KEYS = Array.from({ length: 40 }, (_, id) => String(id))

/** Users that change while the others are saved. */
const CHANGING = 8

const known = (follower: Follower): string => JSON.stringify([...follower.users].sort())

await onCluster('PostgreSQL backup', (cluster) => {
  test('a backup that is put back is in every running server, and lasts', async (t) => {
    const url = await cluster.createDatabase()
    const archive = join(await temporaryFolder(t), 'faces.dump')
    const one = await openPostgresStore(t, url)
    const two = await openPostgresStore(t, url)
    await Promise.all(KEYS.map((key) => one.store.update(key, () => record(key, 1))))
    const before = known(one.follower)
    await cluster.run('pg_dump', '--format=custom', `--file=${archive}`, url)
    for (const key of KEYS.slice(0, 20)) await one.store.update(key, () => null)
    await two.store.update('late', adding('late', 2))
    await eventually(() => known(one.follower) === known(two.follower))
    assert.notEqual(known(one.follower), before)

    await cluster.run('pg_restore', '--clean', '--if-exists', '--single-transaction', `--dbname=${url}`, archive)
    for (const { follower } of [one, two]) await eventually(() => known(follower) === before)
    await one.store.update('0', adding('0', 2))
    await eventually(() => String(two.follower.users.get('0')) === '1,2')
    assert.equal(known((await openPostgresStore(t, url)).follower), known(two.follower))
  })

  test('a backup that is made while users are changed has each of them as a whole, and ' +
    'fits an empty database', async (t) => {
    const url = await cluster.createDatabase()
    const { store } = await openPostgresStore(t, url)
    await Promise.all(KEYS.map((key) => store.update(key, () => record(key, 1))))
    const archive = join(await temporaryFolder(t), 'faces.dump')
    const saved = new AbortController()
    const saving = cluster.run('pg_dump', '--format=custom', `--file=${archive}`, url).finally(() => saved.abort())
    let last = 1
    while (!saved.signal.aborted) {
      last++
      await Promise.all(KEYS.slice(0, CHANGING).map((key) => store.update(key, () => record(key, last))))
    }
    await saving

    const copy = await cluster.createDatabase()
    await cluster.run('pg_restore', `--dbname=${copy}`, archive)
    const { follower, events } = await openPostgresStore(t, copy)
    assert.equal(follower.users.size, KEYS.length)
    assert.ok([...follower.users.values()].flat().every((seed) => seed >= 1 && seed <= last))
    assert.deepEqual(events.map(({ type }) => type), ['connected', 'loaded'])
    t.diagnostic(`${CHANGING * (last - 1)} changes during the backup`)
  })
})
