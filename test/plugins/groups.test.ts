import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { UserRecord } from '../../src/store/encoding-store.ts'
import { eventually, startApp, temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'

async function post (app: FastifyInstance, url: string, payload: Buffer): Promise<Record<string, unknown>> {
  return (await app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'image/jpeg' } })).json()
}

const change = (app: FastifyInstance, userId: number, about: Partial<UserRecord>): Promise<unknown> =>
  app.encodingStore.update(String(userId), (present) => present && { ...present, ...about })

test('a search of a group names nobody else, by whichever process people are moved', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const app = await startApp(t, { FACE_DATA_DIR })
  await post(app, '/register-face?user_id=1', await portraits.anna())
  await post(app, '/register-face?user_id=2', await portraits.clara())
  await change(app, 1, { groups: ['day', 'canteen'] })
  await change(app, 2, { groups: ['night', 'canteen'] })
  const named = async (group: string): Promise<unknown> =>
    (await post(app, `/recognize?group=${group}`, await portraits.annaAgain()))['user_id']
  assert.equal(await named('day'), 1)
  assert.equal(await named('canteen'), 1)
  assert.equal(await named('night'), 'unknown')
  assert.equal((await post(app, '/recognize', await portraits.annaAgain()))['user_id'], 1)
  // Nobody else may have her face, whatever group they will be in.
  assert.equal((await post(app, '/register-face?user_id=3', await portraits.anna()))['code'], 'FACE_ALREADY_REGISTERED')

  const other = await startApp(t, { FACE_DATA_DIR })
  await change(other, 1, { groups: ['night'] })
  await eventually(async () => await named('night') === 1)
  assert.equal(await named('canteen'), 'unknown')
  const { code, message } = await post(app, '/recognize?group=day', await portraits.annaAgain())
  assert.deepEqual([code, message], ['GROUP_NOT_FOUND', 'Nobody is in this group: check its name'])
  assert.equal((await post(app, '/recognize?group=', await portraits.annaAgain()))['code'], 'INVALID_REQUEST')
})

test('nobody is named before or after the time for which they are registered', async (t) => {
  const app = await startApp(t)
  await post(app, '/register-face?user_id=1', await portraits.anna())
  const [past, future] = ['2020-01-01T00:00:00Z', '2120-01-01T00:00:00Z']
  for (const [about, userId] of [
    [{ validUntil: past }, 'unknown'], [{ validFrom: past, validUntil: future }, 1], [{ validFrom: future }, 'unknown']
  ] as const) {
    await change(app, 1, { validFrom: past, validUntil: future, ...about })
    assert.equal((await post(app, '/recognize', await portraits.annaAgain()))['user_id'], userId)
    // Not even then does the face belong to somebody else.
    const refused = await post(app, '/register-face?user_id=3', await portraits.anna())
    assert.equal(refused['code'], 'FACE_ALREADY_REGISTERED')
  }
  // Searches learn it in time, too.
  const soon = Date.now() + 500
  await change(app, 1, { validFrom: new Date(soon).toISOString() })
  await eventually(async () => (await post(app, '/recognize', await portraits.annaAgain()))['user_id'] === 1)
  assert.ok(Date.now() >= soon)
})
