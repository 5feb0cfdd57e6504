import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { eventually, startApp, temporaryFolder } from '../helper.ts'

const execute = promisify(execFile)

test('a code that the command line gives is good at a server that runs', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const app = await startApp(t, { FACE_DATA_DIR })
  // The built command: `npm run build` first.
  const { stdout, stderr } = await execute(
    process.execPath, [resolve('dist/commands/keys.js'), 'pair', '--name', 'gate 2', '--group', 'day'],
    { env: { PATH: process.env['PATH'], FACE_DATA_DIR, LOG_FILE: 'off' } }
  )
  assert.match(stdout, /^\d{6}\n$/)
  assert.match(stderr, /^Type this code at the kiosk "gate 2" before \S+\.\n$/)
  await eventually(() => app.documents.list('pairings').length > 0)
  const answer = await app.inject({ method: 'POST', url: `/pairings/${stdout.trim()}` })
  const key = answer.json<{ name: string, role: string, groups: string[] }>()
  assert.deepEqual([key.name, key.role, key.groups], ['gate 2', 'kiosk', ['day']])
})
