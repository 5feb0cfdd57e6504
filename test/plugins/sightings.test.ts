import assert from 'node:assert/strict'
import { test } from 'node:test'
import { today } from '../../src/store/sightings/sighting-store.ts'
import { filesIn } from '../store/helper.ts'
import { startApp, temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'

const headers = { 'content-type': 'image/jpeg' }

test('who is recognised was seen, also after a restart, until they register again or are deleted', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const first = await startApp(t, { FACE_DATA_DIR })
  const register = {
    method: 'POST', url: '/register-face?user_id=Anna', headers, payload: await portraits.anna()
  } as const
  const recognize = { method: 'POST', url: '/recognize', headers, payload: await portraits.annaAgain() } as const
  await first.inject(register)
  assert.equal(await first.sightings.lastSeen('Anna'), null)
  const { distance } = (await first.inject(recognize)).json<{ distance: number }>()
  await first.inject({ ...recognize, payload: await portraits.bella() })
  await first.close()

  const app = await startApp(t, { FACE_DATA_DIR })
  assert.ok(today() - (await app.sightings.lastSeen('Anna'))! <= 1)
  assert.ok(await app.sightings.since() <= today())
  const seen: Array<[string, number, string]> = []
  for await (const [key, { count, sum }] of app.sightings.entries()) seen.push([key, count, sum.toFixed(4)])
  assert.deepEqual(seen, [['Anna', 1, distance.toFixed(4)]])

  await app.inject(register)
  await app.sightings.flush()
  for await (const [, { count }] of app.sightings.entries()) assert.equal(count, 0)
  assert.ok((await filesIn(FACE_DATA_DIR)).some((file) => file.startsWith('sightings/')))
  assert.equal((await app.inject({ method: 'DELETE', url: '/face/Anna' })).statusCode, 200)
  assert.equal(await app.sightings.lastSeen('Anna'), null)
  for await (const [key] of app.sightings.entries()) assert.fail(key)
})
