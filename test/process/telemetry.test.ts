import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'
import { startServer } from './server-process.ts'

test('ONNX Runtime reports nothing to its maker: it keeps no files to do so', async (t) => {
  const [HOME, TMPDIR] = [await temporaryFolder(t), await temporaryFolder(t)]
  const server = await startServer(t, { FACE_DATA_DIR: await temporaryFolder(t), HOME, XDG_CACHE_HOME: HOME, TMPDIR })
  const answer = await fetch(`${server.url}/recognize`, {
    method: 'POST', body: await portraits.anna(), headers: { 'content-type': 'image/jpeg' }
  })
  assert.equal(answer.status, 200)
  assert.deepEqual([await readdir(HOME), await readdir(TMPDIR)], [[], []])
  server.child.kill('SIGTERM')
  assert.equal(await server.exited, 0)
  assert.deepEqual([await readdir(HOME), await readdir(TMPDIR)], [[], []])
  assert.doesNotMatch(server.output(), /telemetry/i)
})
