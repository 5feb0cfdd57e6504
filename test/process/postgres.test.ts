import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { pino } from 'pino'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { eventually, TEST_ENV } from '../helper.ts'
import { portraits } from '../photos.ts'
import { parseDataKeys } from '../../src/store/record/seal.ts'
import { adding, keyText } from '../store/helper.ts'
import { onCluster } from '../store/postgres-cluster.ts'
import { openPostgresStore } from '../store/postgres-helper.ts'
import { failToStart, startServer } from './server-process.ts'

await onCluster('a server on PostgreSQL', (cluster) => {
  test('a server on PostgreSQL recognises while the database is away, refuses ' +
    'registrations, and goes on by itself', async (t) => {
    let log = ''
    const logger =
      pino({ level: 'debug' }, new Writable({ write: (chunk, _, done) => { log += String(chunk); done() } }))
    const url = await cluster.createDatabase()
    const app = await buildApp(loadConfig({ ...TEST_ENV, DATABASE_URL: url }), logger)
    t.after(() => app.close())
    await app.ready()
    const [anna, again, bella] = await Promise.all([portraits.anna(), portraits.annaAgain(), portraits.bella()])
    const send = async (path: string, payload: Buffer): Promise<{
      statusCode: number, body: Record<string, unknown>
    }> => {
      const { statusCode, body } = await app.inject({
        method: 'POST', url: path, payload, headers: { 'content-type': 'image/jpeg' }
      })
      return { statusCode, body: JSON.parse(body) as Record<string, unknown> }
    }
    assert.equal((await send('/register-face?user_id=7', anna)).statusCode, 200)

    await cluster.crash()
    const refused = await send('/register-face?user_id=8', bella)
    assert.deepEqual(refused, {
      statusCode: 503,
      body: {
        success: false,
        message: 'The face data cannot be read or written now: try again later',
        code: 'STORE_UNAVAILABLE'
      }
    })
    for (const method of ['GET', 'DELETE'] as const) {
      assert.equal((await app.inject({ method, url: method === 'GET' ? '/status/7' : '/face/7' })).statusCode, 503)
    }
    const recognized = await send('/recognize', again)
    assert.deepEqual([recognized.statusCode, recognized.body['user_id']], [200, 7])
    assert.equal((await app.inject('/health')).statusCode, 200)
    await eventually(async () => (await app.inject('/metrics')).body.includes('\nface_store_connected 0\n'))
    assert.match(
      (await app.inject('/metrics')).body,
      /\nface_store_operation_seconds_count\{operation="get",outcome="STORE_UNAVAILABLE"\} [1-9]/
    )

    await cluster.start()
    await eventually(async () => (await send('/register-face?user_id=8', bella)).statusCode === 200)
    assert.deepEqual((await send('/recognize', bella)).body['user_id'], 8)
    assert.equal((await app.inject({ method: 'DELETE', url: '/face/7' })).statusCode, 200)
    assert.deepEqual((await send('/recognize', again)).body['user_id'], 'unknown')

    await eventually(() => log.match(/"type":"connected"/g)?.length === 2)
    assert.match((await app.inject('/metrics')).body, /\nface_store_connected 1\n/)
    const { host, pathname } = new URL(url)
    assert.ok(log.includes(`"type":"connected","database":"${host}${pathname}"`))
    assert.match(log, /"type":"disconnected"/)
    for (const secret of [cluster.password, encodeURIComponent(cluster.password)]) assert.ok(!log.includes(secret))
  })

  test('a server whose keys are not those of the database does not start, and says so ' +
    'in one line without them', async (t) => {
    const DATABASE_URL = await cluster.createDatabase()
    const [key, other] = [keyText(), keyText()]
    const { store } = await openPostgresStore(t, DATABASE_URL, parseDataKeys(key))
    await store.update('anna', adding('anna', 1))
    const line = new RegExp('^face_users/anna is encrypted with key [0-9a-f]{16}, which FACE_DATA_KEY does not have: ' +
      'set FACE_DATA_KEY to the keys of this database\n$')
    await Promise.all([{}, { FACE_DATA_KEY: other }].map(async (keys) => {
      const { code, output } = await failToStart(t, { DATABASE_URL, ...keys, LOG_LEVEL: 'error' })
      assert.equal(code, 1)
      assert.match(output, line)
    }))
  })

  test('two servers on one database see each other\'s registrations and deletions', async (t) => {
    const env = { DATABASE_URL: await cluster.createDatabase() }
    const [first, second] = await Promise.all([startServer(t, env), startServer(t, env)])
    const sees = async (users: number): Promise<boolean> =>
      (await (await fetch(`${second.url}/health`)).json() as { registered_faces: number }).registered_faces === users
    const body = await portraits.anna()
    const registered = await fetch(`${first.url}/register-face?user_id=9`, {
      method: 'POST', body, headers: { 'content-type': 'image/jpeg' }
    })
    assert.equal(registered.status, 200)
    await eventually(() => sees(1))
    const recognized = await fetch(`${second.url}/recognize`, {
      method: 'POST', body, headers: { 'content-type': 'image/jpeg' }
    })
    assert.equal((await recognized.json() as { user_id: unknown }).user_id, 9)
    assert.equal((await fetch(`${first.url}/face/9`, { method: 'DELETE' })).status, 200)
    await eventually(() => sees(0))
    second.child.kill('SIGTERM')
    assert.equal(await second.exited, 0)
  })
})
