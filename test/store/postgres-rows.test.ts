import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adding, addTogether, encoding, eventually, record } from './helper.ts'
import { onCluster, queryOnce } from './postgres-cluster.ts'
import { openPostgresStore } from './postgres-helper.ts'

await onCluster('PostgreSQL rows', (cluster) => {
  test('servers that start at the same time on an empty database make its tables once', async (t) => {
    const url = await cluster.createDatabase()
    const stores = await Promise.all(Array.from({ length: 5 }, () => openPostgresStore(t, url)))
    await Promise.all(stores.map(({ store }, index) => store.update(String(index), adding(index, index))))
    for (const { follower } of stores) await eventually(() => follower.users.size === stores.length)
    const applied = 'SELECT count(*)::int AS all, count(DISTINCT name)::int AS distinct FROM face_migrations'
    const [{ all, distinct }] = await queryOnce(url, applied) as [{ all: number, distinct: number }]
    assert.ok(all > 0)
    assert.equal(all, distinct)
  })

  test('the tables are made in the schema that the connection uses', async (t) => {
    const url = await cluster.createDatabase()
    await queryOnce(url, 'CREATE SCHEMA mine')
    const { store } = await openPostgresStore(t, `${url}?options=-csearch_path%3Dmine`)
    await store.update('anna', adding('anna', 1))
    const tables = await queryOnce(url, 'SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE \'face_%\'')
    assert.deepEqual(tables, [{ schemaname: 'mine' }])
  })

  test('a role that may not create tables uses those that are there', async (t) => {
    const database = await cluster.createDatabase()
    await queryOnce(database, 'CREATE SCHEMA mine')
    const url = `${database}?options=-csearch_path%3Dmine`
    await openPostgresStore(t, url)
    await queryOnce(url, 'REVOKE CREATE ON SCHEMA mine FROM CURRENT_USER')
    await assert.rejects(queryOnce(url, 'CREATE TABLE face_other (id integer)'), { code: '42501' })
    const { store } = await openPostgresStore(t, url)
    assert.deepEqual(await store.update('anna', adding('anna', 1)), record('anna', 1))
  })

  test('connections are encrypted and the certificate is checked as the address says', async (t) => {
    const url = await cluster.createDatabase()
    const certificate = await cluster.enableTls()
    const checked = `${url}?sslmode=verify-full`
    const trusting = `${checked}&sslrootcert=${encodeURIComponent(certificate)}`
    await eventually(async () => (await queryOnce<{ ssl: boolean }>(
      trusting, 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
    ).catch(() => []))[0]?.ssl === true)
    await openPostgresStore(t, trusting)
    const connections = await queryOnce(trusting, 'SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity ' +
      'USING (pid) WHERE application_name = \'face-recognition-server\'')
    assert.deepEqual(connections, [{ ssl: true }])
    await assert.rejects(openPostgresStore(t, checked), {
      code: 'STORE_UNAVAILABLE', message: /self-signed certificate/
    })
  })

  test('an engine without advisory locks will do', async (t) => {
    const url = await cluster.createDatabase()
    await queryOnce(url, `CREATE FUNCTION public.pg_advisory_lock(bigint) RETURNS void LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'unimplemented' USING ERRCODE = '0A000'; END $$`)
    const { store } = await openPostgresStore(t, `${url}?options=-csearch_path%3Dpublic,pg_catalog`)
    await assert.rejects(queryOnce(`${url}?options=-csearch_path%3Dpublic,pg_catalog`, 'SELECT pg_advisory_lock(1)'), {
      code: '0A000'
    })
    assert.deepEqual(await store.update('anna', adding('anna', 1)), record('anna', 1))
  })

  test('processes that add to the same user at the same time lose nothing', async (t) => {
    const url = await cluster.createDatabase()
    const { store, follower } = await openPostgresStore(t, url)
    await addTogether(t, { processes: 2, place: url, store, follower })
  })

  test('a deleted user leaves a row with the id alone, and after a day none', async (t) => {
    const url = await cluster.createDatabase()
    const { store } = await openPostgresStore(t, url)
    await store.update('berta', adding('berta', 9))
    await store.update('anna', adding('anna', 1))
    const vector = Buffer.from(encoding(1).vector.buffer).toString('base64')
    const holding = (): Promise<unknown[]> =>
      queryOnce(url, 'SELECT FROM face_users WHERE position($1 in convert_from(record, \'UTF8\')) > 0', [vector])
    assert.equal((await holding()).length, 1)
    await store.update('anna', () => null)
    assert.equal((await holding()).length, 0)
    assert.deepEqual(await queryOnce(url, 'SELECT key, record FROM face_users WHERE record IS NULL'), [
      { key: 'anna', record: null }
    ])

    await queryOnce(url, 'UPDATE face_users SET changed_at = now() - interval \'23 hours\'')
    await (await openPostgresStore(t, url)).store.close()
    assert.equal((await queryOnce(url, 'SELECT FROM face_users')).length, 2)
    await queryOnce(url, 'UPDATE face_users SET changed_at = now() - interval \'25 hours\'')
    const { follower } = await openPostgresStore(t, url)
    await eventually(async () => (await queryOnce(url, 'SELECT FROM face_users WHERE record IS NULL')).length === 0)
    assert.deepEqual([...follower.users], [['berta', [9]]])
  })

  test('a row that is damaged is reported and kept; everybody else is served', async (t) => {
    const url = await cluster.createDatabase()
    const one = await openPostgresStore(t, url)
    for (const key of ['anna', 'berta']) await one.store.update(key, adding(key, 1))
    await queryOnce(url, 'UPDATE face_users SET record = set_byte(record, 200, 0) WHERE key = \'anna\'')
    const two = await openPostgresStore(t, url)
    assert.deepEqual([...two.follower.users], [['berta', [1]]])
    assert.deepEqual(two.events.filter(({ type }) => type === 'damaged'), [
      { type: 'damaged', file: 'face_users/anna', reason: 'checksum mismatch' }
    ])
    assert.deepEqual([await two.store.get('anna'), await two.store.damaged()], [null, 1])
    await assert.rejects(two.store.update('anna', adding('anna', 2)), { code: 'STORE_UNAVAILABLE' })
    assert.equal((await queryOnce(url, 'SELECT FROM face_users WHERE key = \'anna\' AND record IS NOT NULL')).length, 1)
    assert.equal(await two.store.erase('anna'), 'anna')
    await two.store.update('anna', adding('anna', 3))
    await eventually(async () => String(one.follower.users.get('anna')) === '3' && await two.store.damaged() === 0)
  })

  test('an intact row that is not understood is reported and kept until its user is deleted', async (t) => {
    const url = await cluster.createDatabase()
    const one = await openPostgresStore(t, url)
    for (const key of ['anna', 'berta']) await one.store.update(key, adding(key, 1))
    await queryOnce(url, 'UPDATE face_users SET record = $1 WHERE key = \'anna\'', [Buffer.from('FACE3 of-tomorrow\n')])
    const two = await openPostgresStore(t, url)
    assert.deepEqual([...two.follower.users], [['berta', [1]]])
    assert.deepEqual(two.events.filter(({ type }) => type === 'unsupported'), [
      { type: 'unsupported', file: 'face_users/anna', reason: 'unknown format version' }
    ])
    assert.deepEqual([await two.store.get('anna'), await two.store.damaged(), two.store.unreadable()], [null, 0, 1])
    await assert.rejects(two.store.update('anna', adding('anna', 2)), { code: 'STORE_UNAVAILABLE' })
    assert.equal(await two.store.erase('anna'), 'anna')
    assert.deepEqual(await two.store.update('anna', adding('anna', 3)), record('anna', 3))
    await eventually(() => two.store.unreadable() === 0)
  })
})
