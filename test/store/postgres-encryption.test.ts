import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adding, eventually, newKeys, record } from './helper.ts'
import { onCluster, queryOnce } from './postgres-cluster.ts'
import { openPostgresStore } from './postgres-helper.ts'

await onCluster('PostgreSQL encryption', (cluster) => {
  /** Users whose row can be read without a key. */
  async function plainUsers (url: string): Promise<string[]> {
    const rows = await queryOnce<{ key: string, record: Buffer }>(
      url, 'SELECT key, record FROM face_users WHERE record IS NOT NULL ORDER BY key'
    )
    return rows.filter(({ record }) => record.toString('latin1').includes('"user_id"')).map(({ key }) => key)
  }

  test('with a key no row can be read without it; rows from before are served, and ' +
    'encrypted when they change', async (t) => {
    const url = await cluster.createDatabase()
    const before = await openPostgresStore(t, url)
    for (const key of ['anna', 'berta']) await before.store.update(key, adding(key, 1))
    await before.store.close()
    const keys = newKeys()
    const { store, follower } = await openPostgresStore(t, url, keys)
    assert.deepEqual([...follower.users].sort(), [['anna', [1]], ['berta', [1]]])
    await store.update('anna', adding('anna', 2))
    await store.update('carla', adding('carla', 3))
    assert.deepEqual(await plainUsers(url), ['berta'])
    assert.deepEqual(await store.get('anna'), record('anna', 1, 2))
    assert.equal((await openPostgresStore(t, url, keys)).follower.users.size, 3)
  })

  test('a start without the key, or with a wrong one, is refused with one line and changes nothing', async (t) => {
    const url = await cluster.createDatabase()
    const right = newKeys()
    const { store } = await openPostgresStore(t, url, right)
    for (let id = 0; id < 20; id++) await store.update(String(id), adding(id, id))
    await store.close()
    const rows = await queryOnce(url, 'SELECT * FROM face_users ORDER BY key')
    for (const keys of [[], newKeys()]) {
      await assert.rejects(openPostgresStore(t, url, keys), {
        code: 'STORE_UNAVAILABLE',
        message: new RegExp(`^face_users/\\d+ is encrypted with key ${right[0]?.id}, which FACE_DATA_KEY does ` +
          'not have: set FACE_DATA_KEY')
      })
      assert.deepEqual(await queryOnce(url, 'SELECT * FROM face_users ORDER BY key'), rows)
    }
    assert.equal((await openPostgresStore(t, url, [...newKeys(), ...right])).follower.users.size, 20)
  })

  test('a running server keeps what it knew of users whose row has an unknown key, says so ' +
    'once, and changes none of them', async (t) => {
    const url = await cluster.createDatabase()
    const [old, next] = [newKeys(), newKeys()]
    const behind = await openPostgresStore(t, url, old)
    const ahead = await openPostgresStore(t, url, [...next, ...old])
    for (const key of ['anna', 'berta', 'carla']) await behind.store.update(key, adding(key, 1))
    for (const key of ['anna', 'berta']) await ahead.store.update(key, adding(key, 2))
    await eventually(() => behind.events.some(({ type }) => type === 'unknown-key'))

    for (const change of [adding('anna', 3), () => null]) {
      await assert.rejects(behind.store.update('anna', change), { code: 'STORE_UNAVAILABLE' })
    }
    await assert.rejects(behind.store.get('anna'), { code: 'STORE_UNAVAILABLE' })
    assert.deepEqual(await behind.store.update('carla', adding('carla', 2)), record('carla', 1, 2))
    // Who was away for too long reads everybody anew; `dora` shows that this is done.
    await queryOnce(url, 'UPDATE face_feed SET version = version + 100, pruned = version + 50')
    await ahead.store.update('dora', adding('dora', 1))
    await behind.store.update('emma', adding('emma', 1))
    await eventually(() => ahead.follower.users.has('emma'))
    await eventually(() => behind.events.filter(({ type }) => type === 'unknown-key').length === 1)
    assert.deepEqual([...behind.follower.users].sort(), [
      ['anna', [1]], ['berta', [1]], ['carla', [1, 2]], ['emma', [1]]
    ])
    assert.deepEqual(await ahead.store.get('anna'), record('anna', 1, 2))
  })

  test('a row that was put in the place of another user\'s is not that user\'s', async (t) => {
    const url = await cluster.createDatabase()
    const { store, follower, events } = await openPostgresStore(t, url, newKeys())
    for (const key of ['anna', 'berta']) await store.update(key, adding(key, 1))
    await queryOnce(url, `WITH feed AS (UPDATE face_feed SET version = version + 1 RETURNING version)
      UPDATE face_users SET record = (SELECT record FROM face_users WHERE key = 'anna'), version = feed.version
      FROM feed WHERE key = 'berta'`)
    await eventually(() => !follower.users.has('berta'))
    assert.deepEqual(events.flatMap((event) => event.type === 'damaged' ? [[event.file, event.reason]] : []), [
      ['face_users/berta', 'not sealed for this user']
    ])
    assert.deepEqual(follower.users.get('anna'), [1])
  })
})
