import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { linesOf } from '../src/audit/helper.ts'
import { createAuditStorage } from '../../src/audit/create-storage.ts'
import { loadConfig } from '../../src/config.ts'
import { eventually, startApp, temporaryFolder } from '../helper.ts'
import { startCommand, type Outcome } from './helper.ts'

const runKeys = (t: TestContext, args: string[], env: Record<string, string>): Promise<Outcome> => (
  startCommand(t, args, env, resolve('dist'), 'keys').ended
)

test('keys are made, listed, rotated and revoked on the command line; a key is on stdout alone, and ' +
  'once', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const app = await startApp(t, { FACE_DATA_DIR })
  const keys = (...args: string[]): Promise<Outcome> => runKeys(t, args, { FACE_DATA_DIR })
  const statusWith = async (key: string): Promise<number> => (
    (await app.inject({ url: '/status/1', headers: { authorization: `Bearer ${key.trim()}` } })).statusCode
  )
  assert.equal((await keys('list')).stdout, 'there are no keys: the server is open\n')
  const made = await keys('create', '--name', 'front door', '--role', 'enroller', '--expires', '90d')
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stdout, /^frs_[0-9a-f]{12}_[\w-]{43}\n$/)
  assert.match(made.stderr, /^This is the first key: .*\nKey [0-9a-f]{12} for enroller "front door"\. It is shown once/)
  const id = made.stdout.slice(4, 16)
  const secret = made.stdout.trim().slice(17)
  const { stdout: listed } = await keys('list')
  assert.match(listed, new RegExp(`^${id}  enroller  front door +valid until 20.*last used never\n$`))
  await eventually(async () => await statusWith('') === 401)
  assert.equal(await statusWith(made.stdout), 200)

  const rotated = await keys('rotate', id, '--overlap', '1h')
  assert.match(rotated.stderr, /^The old key [0-9a-f]{12} of "front door" is valid until 20/)
  assert.match((await keys('list')).stdout, /old key until 20/)
  for (const key of [made.stdout, rotated.stdout]) await eventually(async () => await statusWith(key) === 200)
  assert.equal((await keys('revoke', id)).stdout, `key ${id} of "front door" is revoked\n`)
  assert.match((await keys('list')).stdout, /revoked 20/)
  for (const key of [made.stdout, rotated.stdout]) await eventually(async () => await statusWith(key) === 401)

  const audit = await linesOf(createAuditStorage(loadConfig({ FACE_DATA_DIR })))
  assert.deepEqual(audit.flatMap(({ type, action, details }) => type === 'intent' ? [[action, details]] : []).map(
    ([action, details]) => [action, Object.keys(details as object)]
  ), [['create-key', ['role']], ['change-key', ['key', 'oldValidUntil']], ['revoke-key', ['key']]])
  for (const text of [made.stderr, rotated.stderr, listed, JSON.stringify(audit)]) assert.ok(!text.includes(secret))
})

test('what is not understood is refused with the usage, and what cannot be done in one line', async (t) => {
  const FACE_DATA_DIR = await temporaryFolder(t)
  for (const args of [
    [], ['create'], ['create', '--name', 'a'], ['create', '--name', 'a', '--role', 'god'], ['rotate'], ['open'],
    ['create', '--name', 'a', '--role', 'kiosk', '--address', 'here'],
    ['create', '--name', 'a', '--role', 'kiosk', '--expires', 'soon']
  ]) {
    const { code, stderr, stdout } = await runKeys(t, args, { FACE_DATA_DIR })
    assert.deepEqual([code, stdout], [2, ''], args.join(' '))
    assert.match(stderr, /Usage: npm run keys --/)
  }
  for (const args of [
    ['revoke', '0123456789ab'], ['rotate', '0123456789ab'],
    ['create', '--name', 'a', '--role', 'admin', '--group', 'day'],
    ['create', '--name', 'a', '--role', 'admin', '--expires', '2020-01-01T00:00Z']
  ]) {
    const { code, stderr, stdout } = await runKeys(t, args, { FACE_DATA_DIR })
    assert.deepEqual([code, stdout, stderr.trimEnd().split('\n').length], [1, '', 1], args.join(' '))
  }
})
