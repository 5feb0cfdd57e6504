import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ADMIN_KEY, startApp, temporaryFolder } from '../helper.ts'
import { noFace, portraits } from '../photos.ts'
import { findProgram } from '../programs.ts'
import { answering } from './answering.ts'

const python = findProgram('python3')

test('the Python client does what test/clients/client_test.py says', { skip: python.missing }, async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const PHOTOS = await temporaryFolder(t)
  const photos = {
    anna: portraits.anna(), again: portraits.annaAgain(), bella: portraits.bella(), nobody: noFace()
  }
  for (const [name, photo] of Object.entries(photos)) await writeFile(join(PHOTOS, `${name}.jpg`), await photo)

  const keys: unknown[] = []
  // A registration, a recognition that is refused for good, and a proxy's error.
  const statuses = [503, 429, 200, 503, 503, 503, 502]
  const busy = await answering(t, (request, response) => {
    request.resume().on('end', () => {
      keys.push(request.headers['idempotency-key'])
      const status = statuses.shift() ?? 500
      if (status === 502) return response.writeHead(502).end('<h1>Bad Gateway</h1>')
      const reply = status === 200 ? { success: true } : { success: false, message: 'busy', code: 'OVERLOADED' }
      response.writeHead(status, { 'content-type': 'application/json', ...status !== 200 && { 'retry-after': '0' } })
      response.end(JSON.stringify(reply))
    })
  })
  const env = {
    ...process.env,
    FACE_SERVER: await app.listen({ host: '127.0.0.1', port: 0 }),
    FACE_KEY: ADMIN_KEY,
    BUSY_SERVER: busy,
    PHOTOS,
    PYTHONDONTWRITEBYTECODE: '1'
  }
  const file = join(import.meta.dirname, 'client_test.py')
  await promisify(execFile)(python.path, [file], { env }).catch((err: { stderr: string }) => assert.fail(err.stderr))
  assert.deepEqual(statuses, [])
  assert.equal(new Set(keys.slice(0, 3)).size, 1)
  assert.match(String(keys[0]), /^[0-9a-f]{32}$/)
})
