import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { encodeRecord } from '../../src/store/record/codec.ts'
import type { StoreEvent } from '../../src/store/store-event.ts'
import { adding, memoryFolder, openStore, record } from './helper.ts'
import { onCluster, queryOnce } from './postgres-cluster.ts'
import { openPostgresStore } from './postgres-helper.ts'

/** Makes this much time pass whenever somebody looks at the clock. */
function hurry (t: TestContext, stepMs: number): void {
  let now = performance.now()
  t.mock.method(performance, 'now', () => { now += stepMs; return now })
}

/** Checks what was told of the loading: more users each time, and at last all of them. */
function assertProgress (events: StoreEvent[], users: number): void {
  const told = events.flatMap((event) => event.type === 'loading' || event.type === 'loaded' ? [event.users] : [])
  assert.ok(told.length >= 3, String(told))
  assert.equal(told.at(-1), users)
  assert.deepEqual(told, [...told].sort((a, b) => a - b))
  assert.ok(told[0]! < users)
}

test('while files are loaded, it is told every two seconds how many users there are up to now', async (t) => {
  const dir = await memoryFolder(t)
  const users = 60
  const { store } = await openStore(t, { dir })
  await Promise.all(Array.from({ length: users }, (_, id) => store.update(String(id), adding(id, 1))))
  await store.close()
  hurry(t, 100)
  assertProgress((await openStore(t, { dir })).events, users)
})

await onCluster('loading from PostgreSQL', (cluster) => {
  test('while a database is loaded, it is told every two seconds how many users there are up to now', async (t) => {
    const url = await cluster.createDatabase()
    await (await openPostgresStore(t, url)).store.close()
    const ids = Array.from({ length: 1_100 }, (_, id) => id + 1)
    await queryOnce(url, 'INSERT INTO face_users (key, version, changed_at, record) SELECT key, version, now(), ' +
      'record FROM unnest($1::text[], $2::bigint[], $3::bytea[]) AS u (key, version, record)', [
      ids.map(String), ids, ids.map((id) => encodeRecord(String(id), record(id, 1)).bytes)
    ])
    await queryOnce(url, 'UPDATE face_feed SET version = $1', [ids.length])
    hurry(t, 1_000)
    assertProgress((await openPostgresStore(t, url)).events, ids.length)
  })
})
