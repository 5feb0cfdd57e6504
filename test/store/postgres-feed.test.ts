import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import pg from 'pg'
import { readPage } from '../../src/store/postgres/feed-pages.ts'
import { encodeRecord } from '../../src/store/record/codec.ts'
import { adding, eventually, record, seen } from './helper.ts'
import { onCluster, queryOnce } from './postgres-cluster.ts'
import { openPostgresStore } from './postgres-helper.ts'
import { startNetwork } from './tcp-proxy.ts'

const WRITERS = 3
const USERS = 60

/** Adds a user as another server would; the change is complete but for the commit. */
async function beginAdding (t: TestContext, url: string, key: string, seed: number): Promise<() => Promise<unknown>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  t.after(() => client.end())
  await client.query('BEGIN')
  await client.query('UPDATE face_feed SET version = version + 1')
  await client.query('INSERT INTO face_users (key, version, changed_at, record) SELECT $1, version, ' +
    'now(), $2 FROM face_feed', [
    key, encodeRecord(key, record(key, seed)).bytes
  ])
  return () => client.query('COMMIT')
}

/** Connections that wait for somebody else's transaction. */
async function waiting (url: string): Promise<number> {
  return (await queryOnce(url, 'SELECT FROM pg_stat_activity WHERE wait_event_type = \'Lock\'')).length
}

await onCluster('PostgreSQL change feed', (cluster) => {
  /** A store, and a transaction of somebody else who adds anna until `commit`. */
  async function whileAdding (t: TestContext) {
    const url = await cluster.createDatabase()
    return { url, ...await openPostgresStore(t, url), commit: await beginAdding(t, url, 'anna', 1) }
  }

  test('the planner expects a page to be as small as it is, and does not compile the statement', async (t) => {
    const url = await cluster.createDatabase()
    await (await openPostgresStore(t, url)).store.close()
    await queryOnce(url, "INSERT INTO face_users SELECT 'user-' || n, n, now(), '' FROM generate_series(1, 20000) AS n")
    await queryOnce(url, 'ANALYZE face_users')
    const client = new pg.Client(url)
    await client.connect()
    t.after(() => client.end())
    let statement = ''
    const noting = {
      query: (text: string, values: unknown[]) => {
        statement = text
        return client.query(text, values)
      }
    }
    const { rows } = await readPage(noting as unknown as pg.ClientBase, 10_000)
    const [explained] = await queryOnce(url, `EXPLAIN (FORMAT JSON) ${statement.replaceAll('$1', '10000')}`)
    const { Plan } = explained!['QUERY PLAN'][0] as { Plan: Record<string, number> }
    assert.ok(Plan['Plan Rows']! <= rows.length + 1, `${Plan['Plan Rows']} rows expected`)
    assert.ok(Plan['Total Cost']! < 100_000, 'jit_above_cost, its default')
  })

  test('a change waits for the one that has the version before it, so that nobody can miss that one', async (t) => {
    const { url, store, follower, commit } = await whileAdding(t)
    const fast = store.update('berta', adding('berta', 2))
    await eventually(async () => await waiting(url) === 1)
    assert.equal(follower.changes.length, 0)
    await commit()
    await fast
    await eventually(() => follower.users.size === 2)
    const rows = await queryOnce(url, 'SELECT key FROM face_users ORDER BY version')
    assert.deepEqual(rows, [{ key: 'anna' }, { key: 'berta' }])
  })

  test('who adds a user whom somebody else is adding takes that one\'s encoding along', async (t) => {
    const { url, store, follower, commit } = await whileAdding(t)
    const added = store.update('anna', adding('anna', 2))
    await eventually(async () => await waiting(url) === 1)
    await commit()
    assert.deepEqual(await added, record('anna', 1, 2))
    assert.deepEqual(follower.users.get('anna'), [1, 2])
  })

  test('whoever reads page by page while others write has missed nobody in the end', async (t) => {
    const url = await cluster.createDatabase()
    const writers = await Promise.all(Array.from({ length: WRITERS }, () => openPostgresStore(t, url)))
    const reader = new pg.Client({ connectionString: url })
    await reader.connect()
    t.after(() => reader.end())

    let writing = true
    const write = ({ store }: typeof writers[number], writer: number): Array<Promise<unknown>> =>
      Array.from({ length: USERS }, (_, user) => store.update(`${writer}-${user}`, adding(`${writer}-${user}`, user)))
    const written = Promise.all(writers.flatMap(write)).finally(() => { writing = false })
    const found: string[] = []
    let pages = 0
    for (let after = 0, last = false; !last;) {
      // Looked at before reading: the page after the last change must be read, too.
      last = !writing
      const page = await readPage(reader, after)
      found.push(...page.rows.map(({ key }) => key))
      after = page.newest
      pages++
    }
    await written
    assert.equal(new Set(found).size, WRITERS * USERS)
    assert.equal(found.length, WRITERS * USERS)
    assert.ok(pages > 3, `${pages} pages`)
    for (const { follower } of writers) await eventually(() => follower.users.size === WRITERS * USERS)
    t.diagnostic(`${found.length} users in ${pages} pages`)
  })

  test('every change is notified of', async (t) => {
    const url = await cluster.createDatabase()
    const { store } = await openPostgresStore(t, url)
    const listener = new pg.Client({ connectionString: url })
    await listener.connect()
    t.after(() => listener.end())
    let notices = 0
    listener.on('notification', () => { notices++ })
    await listener.query('LISTEN face_users')
    for (let turn = 1; turn <= 4; turn++) {
      await store.update('anna', turn % 2 ? adding('anna', turn) : () => null)
      await eventually(() => notices === turn)
    }
  })

  test('an engine without notifications will do', async (t) => {
    const url = await cluster.createDatabase()
    const network = await startNetwork(t, url, (text) => text.replace(/LISTEN|NOTIFY/, 'UNHEAR'))
    const one = await openPostgresStore(t, network.url)
    const two = await openPostgresStore(t, network.url)
    for (const { events } of [one, two]) {
      assert.deepEqual(events.map((event) => 'reason' in event ? [event.type, event.reason] : event.type), [
        ['polling', 'syntax error at or near "UNHEAR"'], 'connected', 'loaded'
      ])
    }
    for (const seed of [1, 2]) {
      await one.store.update('anna', () => record('anna', seed))
      await seen(two.follower, 'anna', [seed])
    }
  })

  test('a feed whose connection is ended by the database misses nothing', async (t) => {
    const url = await cluster.createDatabase()
    const one = await openPostgresStore(t, url)
    const two = await openPostgresStore(t, url)
    for (let seed = 1; seed <= 5; seed++) {
      await queryOnce(url, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE \'LISTEN%\' OR ' +
        'query LIKE \'%face_feed%\' AND pid <> pg_backend_pid()')
      await one.store.update('anna', () => record('anna', seed))
        .catch(() => one.store.update('anna', () => record('anna', seed)))
      await seen(one.follower, 'anna', [seed])
      await seen(two.follower, 'anna', [seed])
    }
    for (const { events } of [one, two]) {
      const reasons = events.flatMap((event) => event.type === 'disconnected' ? [event.reason] : [])
      assert.equal(
        new Set(reasons.concat('terminating connection due to administrator command')).size, 1, String(reasons)
      )
      assert.ok(reasons.length > 0)
      assert.ok(!JSON.stringify(events).includes(cluster.password))
    }
  })

  test('who was cut off for a while catches up, also when deletions were forgotten meanwhile', async (t) => {
    const url = await cluster.createDatabase()
    const network = await startNetwork(t, url)
    const away = await openPostgresStore(t, network.url)
    const there = await openPostgresStore(t, url)
    for (const key of ['anna', 'berta', 'carla']) await there.store.update(key, adding(key, 1))
    await eventually(() => away.follower.users.size === 3)

    network.cut()
    await there.store.update('anna', () => null)
    await there.store.update('berta', adding('berta', 2))
    await assert.rejects(away.store.update('dora', adding('dora', 1)), { code: 'STORE_UNAVAILABLE' })
    assert.equal(away.follower.users.size, 3)
    network.mend()
    await eventually(() => !away.follower.users.has('anna') && away.follower.users.get('berta')?.length === 2)

    network.cut()
    await there.store.update('carla', () => null)
    await queryOnce(url, 'UPDATE face_users SET changed_at = now() - interval \'25 hours\' WHERE record IS NULL')
    const third = await openPostgresStore(t, url)
    await eventually(async () => (await queryOnce(url, 'SELECT FROM face_users')).length === 1)
    await third.store.update('emma', adding('emma', 1))
    network.mend()
    await eventually(() => !away.follower.users.has('carla') && away.follower.users.has('emma'))
    assert.deepEqual([...away.follower.users], [['berta', [1, 2]], ['emma', [1]]])
    await away.store.update('carla', adding('carla', 3))
    await eventually(() => there.follower.users.has('carla'))
  })
})
