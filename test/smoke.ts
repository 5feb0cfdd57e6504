/**
 * `tsx test/smoke.ts [DIR COMMAND...]`: starts the server, in DIR by COMMAND or here as the README does, and uses it
 * like the README's session: register, recognise, refuse a stranger, delete, stop. For CI.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dataUri, portraits } from './photos.ts'
import { freePort } from '../bench/listening.ts'
import { eventually } from './support/eventually.ts'

const START_MS_MAX = 120_000
const dir = await mkdtemp(join(tmpdir(), 'face-server-smoke-'))
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const [cwd = '.', program = 'npm', ...args] = process.argv.length > 2 ? process.argv.slice(2) : ['.', 'npm', 'start']
const server = spawn(program, args, {
  cwd,
  stdio: 'inherit',
  detached: true,
  env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), FACE_DATA_DIR: dir, LOG_FILE: 'off' }
})

async function call (path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<Record<string, unknown>> {
  const response = await fetch(url + path, {
    method, ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {})
  })
  return await response.json() as Record<string, unknown>
}

try {
  await eventually(() => call('/health').catch(() => false), START_MS_MAX)
  const anna = dataUri(await portraits.anna())
  assert.equal((await call('/register-face', { user_id: 123, photo: anna }))['success'], true)
  assert.equal((await call('/recognize', { photo: dataUri(await portraits.annaAgain()) }))['user_id'], 123)
  assert.equal((await call('/recognize', { photo: dataUri(await portraits.bella()) }))['user_id'], 'unknown')
  assert.equal((await call('/status/123'))['encoding_count'], 1)
  assert.equal((await call('/face/123', undefined, 'DELETE'))['success'], true)
  assert.equal((await call('/recognize', { photo: anna }))['user_id'], 'unknown')
} finally {
  if (server.pid) process.kill(-server.pid, 'SIGTERM')
  await once(server, 'exit')
  // npm may be gone before the server, which signs the end of its audit log.
  await rm(dir, { recursive: true, force: true, maxRetries: 10 })
}
process.stdout.write('smoke: registered, recognised and deleted over HTTP\n')
