import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/config.ts'
import { eventually, freePort, temporaryFolder } from '../helper.ts'
import { findProgram } from '../programs.ts'
import { startEcho } from './echo-server.ts'

const CADDY = findProgram('caddy')

test('Caddy passes photos on, without the word of the client for its address, finds a server that ' +
  'is there, and names no user', { skip: CADDY.missing }, async (t) => {
  const dir = await temporaryFolder(t)
  const port = await freePort()
  const ports = [await freePort(), await startEcho(t), await freePort()]
  const conf = (await readFile('deploy/caddy/Caddyfile', 'utf8'))
    .replace(/^\{$/m, '{\n\tadmin off')
    .replace(/^face\.example\.org/m, `http://127.0.0.1:${port}`)
    .replace(/face-server(?:-\d)?:5000/g, () => `127.0.0.1:${ports.shift()}`)
  const file = join(dir, 'Caddyfile')
  await writeFile(file, conf)
  let log = ''
  const child = spawn(CADDY.path, ['run', '--adapter', 'caddyfile', '--config', file], {
    env: { HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir }, stdio: ['ignore', 'ignore', 'pipe']
  })
  child.stderr.on('data', (chunk) => { log += String(chunk) })
  t.after(() => child.kill())
  const url = `http://127.0.0.1:${port}`
  await eventually(async () => (await fetch(`${url}/metrics`).catch(() => null))?.status === 404)

  const largest = Math.ceil(loadConfig({}).MAX_IMAGE_BYTES * 4 / 3) + 64 * 1024
  const post = (bytes: number): Promise<Response> => fetch(`${url}/register-face?user_id=secret-person`, {
    method: 'POST',
    body: Buffer.alloc(bytes),
    headers: { 'content-type': 'image/jpeg', 'x-forwarded-for': '203.0.113.9' }
  })
  const { headers, bytes } = await (await post(largest)).json() as { headers: Record<string, string>, bytes: number }
  assert.deepEqual([bytes, headers['x-forwarded-for']], [largest, '127.0.0.1'])
  assert.notEqual((await post(largest + 1)).status, 200)
  assert.ok(!log.includes('secret'), log)
})
