import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { EncodingStore } from '../../src/store/encoding-store.ts'
import { adding, eventually, record, type Follower } from './helper.ts'
import { onCluster, queryOnce } from './postgres-cluster.ts'
import { openPostgresStore } from './postgres-helper.ts'
import { startNetwork } from './tcp-proxy.ts'

const known = (follower: Follower): string => JSON.stringify([...follower.users].sort())

/** Replicates the database asynchronously: the last changes are missing here. */
const REPLICATE = `
  CREATE TABLE replica_users AS SELECT * FROM face_users;
  CREATE TABLE replica_feed AS SELECT * FROM face_feed`
const FAIL_OVER = `
  BEGIN;
  DELETE FROM face_users;
  INSERT INTO face_users SELECT * FROM replica_users;
  UPDATE face_feed SET (version, pruned) = (SELECT version, pruned FROM replica_feed);
  COMMIT`

/** What happens before the failover, and is lost, and after it. */
type Changes = (store: EncodingStore) => Promise<unknown>

const change = (key: string, ...seeds: number[]): Changes =>
  (store) => store.update(key, () => seeds.length > 0 ? record(key, ...seeds) : null)

async function make (store: EncodingStore, changes: Changes[]): Promise<void> {
  for (const change of changes) await change(store)
}

await onCluster('PostgreSQL failover', (cluster) => {
  /** A server by way of a network; its feed, but nothing else, can be kept from the database. */
  async function openAway (t: TestContext, url: string) {
    let isFeedKept = false
    const network = await startNetwork(t, url, (text) =>
      isFeedKept ? text.replace('LISTEN face_users', 'SELECT face_users') : text)
    const opened = await openPostgresStore(t, network.url)
    return {
      ...opened,
      network,
      async keepFeed (kept: boolean): Promise<void> {
        network.cut()
        isFeedKept = kept
        network.mend()
        // Until the connections that broke are no longer used.
        await eventually(() => opened.store.get('anna').then(() => true, () => false))
      }
    }
  }

  /** Three users, of whom the replica knows, too. */
  async function withReplica (t: TestContext) {
    const url = await cluster.createDatabase()
    const away = await openAway(t, url)
    await make(away.store, [change('anna', 1), change('berta', 1), change('carla', 1)])
    await queryOnce(url, REPLICATE)
    return { url, away }
  }

  const LOST = [change('dora', 1), change('berta'), change('carla', 2), change('emma', 1)]
  const cases: Array<[title: string, lost: Changes[], later: Changes[]]> = [
    ['by other users', LOST, ['frida', 'gina', 'hanna', 'ida', 'jana'].map((key) => change(key, 9))],
    ['by one user, again and again', LOST, [1, 2, 3, 4, 5].map((seed) => change('frida', seed))],
    ['by the same users for other encodings', LOST, [
      change('dora', 7), change('berta', 7), change('carla', 7), change('emma', 7), change('frida', 7)
    ]],
    ['when only deletions were lost', [change('anna'), change('berta')], [
      change('frida', 1), change('frida', 2), change('frida', 3)
    ]],
    ['for deletions', LOST, [change('anna'), change('berta'), change('frida', 1), change('frida'), change('gina', 1)]]
  ]
  for (const [title, lost, later] of cases) {
    for (const own of [false, true]) {
      const whose = own ? ', also after changes of one\'s own' : ''
      test(`versions that are used again ${title} are read${whose}`, async (t) => {
        const { url, away } = await withReplica(t)
        const other = await openPostgresStore(t, url)
        await make(other.store, lost)
        await eventually(() => known(away.follower) === known(other.follower))
        const before = known(away.follower)
        await other.store.close()

        away.network.cut()
        await queryOnce(url, FAIL_OVER)
        const there = await openPostgresStore(t, url)
        if (own) await away.keepFeed(true)
        await make(own ? away.store : there.store, later)
        await eventually(async () => Number((await queryOnce(url, 'SELECT version FROM face_feed'))[0]?.version) ===
          later.length + 3)
        if (!own) assert.equal(known(away.follower), before)
        await away.keepFeed(false)
        await eventually(() => known(away.follower) === known(there.follower))
        assert.equal(known(away.follower), known((await openPostgresStore(t, url)).follower))
      })
    }
  }

  test('a change of one\'s own that is lost before the feed has read it goes', async (t) => {
    const { url, away } = await withReplica(t)
    await away.keepFeed(true)
    await make(away.store, [change('dora', 1), change('anna')])
    assert.deepEqual([...away.follower.users.keys()], ['berta', 'carla', 'dora'])
    await queryOnce(url, FAIL_OVER)
    const there = await openPostgresStore(t, url)
    await make(there.store, [change('emma', 1), change('frida', 1)])
    await away.keepFeed(false)
    await eventually(() => known(away.follower) === known(there.follower))
    assert.deepEqual([...away.follower.users.keys()].sort(), ['anna', 'berta', 'carla', 'emma', 'frida'])
  })

  test('a change in turn is refused until everything is read again', async (t) => {
    const { url, away } = await withReplica(t)
    const there = await openPostgresStore(t, url)
    await make(there.store, [change('dora', 1)])
    await eventually(() => away.follower.users.has('dora'))
    await away.keepFeed(true)
    await queryOnce(url, FAIL_OVER)
    await make(there.store, [change('emma', 1), change('frida', 1)])
    await assert.rejects(away.store.updateInTurn('gina', adding('gina', 1)), (err: Error & { code?: string }) => {
      assert.equal(err.code, 'STORE_UNAVAILABLE')
      assert.match(String(err.cause), /has lost changes/)
      return true
    })
    await away.keepFeed(false)
    await eventually(() => away.follower.users.has('emma'))
    await away.store.updateInTurn('gina', adding('gina', 1))
    await eventually(() => known(there.follower) === known(away.follower) && there.follower.users.has('gina'))
  })

  test('if nothing was lost, only what is new is read, whoever was changed and forgotten meanwhile', async (t) => {
    const { url, away } = await withReplica(t)
    const there = await openPostgresStore(t, url)
    for (const seeds of [[1], []]) {
      await make(there.store, [change('dora', ...seeds)])
      await eventually(() => known(away.follower) === known(there.follower))
    }
    const later: Array<[disturb: () => Promise<unknown>, changes: Changes[], news: string[]]> = [
      [async () => {}, [], []],
      [async () => {}, [change('carla', 3), change('carla', 4), change('berta')], ['carla', 'berta']],
      [() => queryOnce(url, 'WITH gone AS (DELETE FROM face_users WHERE record IS NULL RETURNING version) ' +
        'UPDATE face_feed SET pruned = (SELECT max(version) FROM gone)'), [], []],
      [async () => {}, [change('anna', 5), change('carla', 5)], ['anna', 'carla']]
    ]
    for (const [disturb, changes, news] of later) {
      const { length } = away.follower.changes
      const connected = away.events.length
      away.network.cut()
      await disturb()
      await make(there.store, changes)
      await eventually(() => away.events.length > connected)
      away.network.mend()
      await eventually(() => away.events.at(-1)?.type === 'connected')
      await eventually(() => known(away.follower) === known(there.follower))
      assert.deepEqual(away.follower.changes.slice(length).map(({ key }) => key), news)
    }
  })
})
