import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startCluster, WITHOUT_POSTGRES } from '../../bench/postgres.ts'
import { temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'
import { startServer, type ServerProcess } from './server-process.ts'

async function register ({ url }: ServerProcess, userId: string, photo: Buffer): Promise<string> {
  const answer = await fetch(`${url}/register-face?user_id=${userId}`, {
    method: 'POST', body: new Uint8Array(photo), headers: { 'content-type': 'image/jpeg' }
  })
  const { code = 'ok' } = await answer.json() as { code?: string }
  return code
}

/** One face, for several users at once, at two servers: one registration passes. */
async function raceFor (t: TestContext, env: Record<string, string>): Promise<void> {
  const servers = await Promise.all([1, 2].map(() => startServer(t, { ...env, INFERENCE_THREADS: '2' })))
  const faces = [portraits.anna, portraits.bella, portraits.clara]
  for (const [face, portrait] of faces.entries()) {
    const photo = await portrait()
    const codes = await Promise.all([1, 2, 3, 4].map((user) => register(servers[user % 2]!, `${face}-${user}`, photo)))
    assert.deepEqual(codes.sort(), [...Array(3).fill('FACE_ALREADY_REGISTERED'), 'ok'])
  }
}

test('of several users with one face who are registered ' +
  'at once by two processes on one folder, one passes', async (t) => {
  await raceFor(t, { FACE_DATA_DIR: await temporaryFolder(t) })
})

test('of several users with one face who are registered at once by two processes on one database, one passes', {
  skip: WITHOUT_POSTGRES
}, async (t) => {
  const cluster = await startCluster()
  t.after(cluster.remove)
  await raceFor(t, { DATABASE_URL: await cluster.createDatabase(), FACE_DATA_DIR: await temporaryFolder(t) })
})
