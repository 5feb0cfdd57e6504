import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { adding, eventually, record, seedsOf } from './helper.ts'
import { onCluster, queryOnce } from './postgres-cluster.ts'
import { openPostgresStore } from './postgres-helper.ts'

const USERS = 20

/** Makes every change of a user fail as a database does with this SQLSTATE. */
const FAILING = (state: string): string => `
  CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '${state}'; END $$;
  CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON face_users FOR EACH ROW EXECUTE FUNCTION fail()`

await onCluster('PostgreSQL outages', (cluster) => {
  test('while the database is away users are served and changes refused; what was ' +
    'acknowledged is there afterwards', async (t) => {
    const url = await cluster.createDatabase()
    const one = await openPostgresStore(t, url)
    const two = await openPostgresStore(t, url)
    await Promise.all(Array.from({ length: USERS }, (_, user) => one.store.update(String(user), adding(user, user))))

    const acknowledged: number[] = []
    const refused = assert.rejects(async () => {
      for (let seed = 0; ; seed++) {
        await one.store.update('anna', () => record('anna', seed))
        acknowledged.push(seed)
      }
    }, { code: 'STORE_UNAVAILABLE' })
    await eventually(() => acknowledged.length >= 10)
    await cluster.crash()
    await refused
    const last = acknowledged.at(-1) ?? NaN

    for (const { store, follower, events } of [one, two]) {
      await assert.rejects(store.update('berta', adding('berta', 1)), { code: 'STORE_UNAVAILABLE' })
      await assert.rejects(store.get('anna'), { code: 'STORE_UNAVAILABLE' })
      assert.ok(follower.users.size >= USERS)
      await eventually(() => events.some(({ type }) => type === 'disconnected'))
    }

    await cluster.start()
    for (const { events } of [one, two]) await eventually(() => events.at(-1)?.type === 'connected')
    const [seed = NaN, ...more] = seedsOf(await two.store.get('anna'))
    // The one under way may have been stored: its answer was lost.
    assert.ok([last, last + 1].includes(seed) && more.length === 0, `${seed} after ${last}`)
    await two.store.update('berta', adding('berta', 2))
    for (const { follower } of [one, two]) {
      await eventually(() => follower.users.size === USERS + 2)
      assert.deepEqual(follower.users.get('anna'), [seed])
    }
    t.diagnostic(`${acknowledged.length} changes acknowledged before the crash`)
  })

  for (const [state, code] of [
    ['53100', 'STORE_FULL'], ['25006', 'STORE_UNAVAILABLE'], ['57P01', 'STORE_UNAVAILABLE'],
    ['40001', 'STORE_UNAVAILABLE']
  ]) {
    test(`while the database refuses every change with SQLSTATE ${state} it is ${code}, and ` +
      'all goes on when it is over', async (t) => {
      const url = await cluster.createDatabase()
      const { store, follower } = await openPostgresStore(t, url)
      await store.update('anna', adding('anna', 1))
      await queryOnce(url, FAILING(state ?? ''))
      for (const key of ['anna', 'berta']) {
        await assert.rejects(store.update(key, adding(key, 2)), (err: Error & { code?: string }) => {
          assert.equal(err.code, code)
          assert.match(String(err.cause), new RegExp(`\\(SQLSTATE ${state}\\)$`))
          return true
        })
      }
      assert.deepEqual(await store.get('anna'), record('anna', 1))
      assert.equal(follower.changes.length, 1)
      await queryOnce(url, 'DROP TRIGGER fail ON face_users')
      await store.update('anna', adding('anna', 3))
      assert.deepEqual(follower.users.get('anna'), [1, 3])
    })
  }

  test('a database that cannot be used is named at the start, without its password', async (t) => {
    const url = await cluster.createDatabase()
    const cases: Array<[change: (url: URL) => void, reason: RegExp]> = [
      [(url) => { url.pathname = '/nowhere' }, /"nowhere" does not exist/],
      [(url) => { url.password = 'secret' }, /password authentication failed/],
      [(url) => { url.port = '1' }, /ECONNREFUSED/],
      [(url) => { url.search = '?sslmode=verify-full' }, /does not support SSL/]
    ]
    for (const [change, reason] of cases) {
      const wrong = new URL(url)
      change(wrong)
      const store = createPostgresStore({ url: wrong.href })
      t.after(() => store.close())
      await assert.rejects(store.open(), (err: Error & { code?: string }) => {
        assert.equal(err.code, 'STORE_UNAVAILABLE')
        assert.match(err.message, /^The database 127\.0\.0\.1:\d+\/\w+ cannot be used \(.+\): check DATABASE_URL/)
        assert.match(err.message, reason)
        assert.ok(!err.message.includes('secret') && !err.message.includes(cluster.password))
        return true
      })
      await assert.rejects(store.update('anna', adding('anna', 1)), { code: 'STORE_UNAVAILABLE' })
    }
    for (const [bad, reason] of [
      ['postgres://u:secret@[h/d', /^DATABASE_URL is not allowed/],
      ['postgres://u:secret@h/d?sslrootcert=/no/file', /cannot be read: ENOENT.*\/no\/file/]
    ] as const) {
      assert.throws(() => createPostgresStore({ url: bad }), (err: Error) => {
        assert.equal(err.name, 'ConfigError')
        assert.match(err.message, reason)
        assert.ok(!JSON.stringify([err.message, err.stack, err.cause, err]).includes('secret'))
        return true
      })
    }
  })
})
