import assert from 'node:assert/strict'
import { rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'
import { test, type TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { createFileStore } from '../../src/store/folder/file-store.ts'
import { dataFolder } from '../../src/store/folder/layout.ts'
import { eventually, TEST_ENV, temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'
import { faultyFileSystem } from '../store/faulty-file-system.ts'
import { adding, silentWatch } from '../store/helper.ts'

const USER = 'secret-anna'

interface Logged { app: FastifyInstance, lines: Array<Record<string, unknown>> }

async function startLogged (t: TestContext, FACE_DATA_DIR: string): Promise<Logged> {
  const lines: Array<Record<string, unknown>> = []
  const output = new Writable({ write (chunk, _, done) { lines.push(JSON.parse(String(chunk))); done() } })
  const app = await buildApp(loadConfig({ ...TEST_ENV, FACE_DATA_DIR }), pino({ level: 'trace' }, output))
  t.after(() => app.close())
  await app.ready()
  return { app, lines }
}

/** Lines that are not the store's own name no user, but say what went wrong. */
function assertSilent ({ lines }: Logged, code: string): void {
  const others = lines.filter(({ part }) => part !== 'store')
  assert.doesNotMatch(JSON.stringify(others), new RegExp(USER))
  assert.ok(others.some(({ err }) => (err as { code?: string } | undefined)?.code === code), code)
}

test('a user\'s file that cannot be read or replaced is told of without the user, ' +
  'but in the store\'s lines', async (t) => {
  const dir = await temporaryFolder(t)
  const logged = await startLogged(t, dir)
  const { app } = logged
  const photo = await portraits.anna()
  const register = (): Promise<{ statusCode: number }> => app.inject({
    method: 'POST', url: `/register-face?user_id=${USER}`, payload: photo, headers: { 'content-type': 'image/jpeg' }
  })
  assert.equal((await register()).statusCode, 200)
  const path = dataFolder(dir).userPath(USER)
  await rm(path)
  await symlink(path, path)
  const status = () => app.inject(`/status/${USER}`)
  const forget = () => app.inject({ method: 'DELETE', url: `/face/${USER}` })
  for (const send of [register, status, forget]) {
    assert.equal((await send()).statusCode, 503)
  }
  await eventually(() => logged.lines.some(({ part, type }) => part === 'store' && type === 'unreadable'))
  assertSilent(logged, 'ELOOP')
})

test('whatever call of the file system fails, what the store throws names no user', async (t) => {
  const dir = await temporaryFolder(t)
  let failing = ''
  const { fs, calls } = faultyFileSystem((call) => call === failing ? 'EIO' : undefined)
  const store = createFileStore({ dir, fs, watch: silentWatch })
  t.after(() => store.close())
  await store.open()
  await store.update(USER, adding(USER, 1))
  const work = [
    () => store.get(USER), () => store.update(USER, adding(USER, 2)), () => store.updateInTurn(USER, adding(USER, 3)),
    () => store.erase(USER), () => store.update(USER, adding(USER, 1))
  ]
  for (const run of work) await run()
  let failures = 0
  for (const call of new Set(calls)) {
    failing = call
    for (const run of work) {
      await run().catch((err: unknown) => {
        failures++
        const { cause } = err as Error
        assert.doesNotMatch(JSON.stringify(pino.stdSerializers.err(cause as Error)), new RegExp(USER), call)
      })
    }
  }
  failing = ''
  assert.ok(failures > 20, String(failures))
})

test('a folder that cannot be read at the start is an error, is counted, ' +
  'and is read as soon as it can be', async (t) => {
  const dir = await temporaryFolder(t)
  const before = await startLogged(t, dir)
  for (const [id, portrait] of [['anna', portraits.anna], ['bella', portraits.bella]] as const) {
    const answer = await before.app.inject({
      method: 'POST',
      url: `/register-face?user_id=${id}`,
      payload: await portrait(),
      headers: { 'content-type': 'image/jpeg' }
    })
    assert.equal(answer.statusCode, 200)
  }
  await before.app.close()
  const folder = dirname(dataFolder(dir).userPath('anna'))
  await rename(folder, `${dir}/elsewhere`)
  await writeFile(folder, 'not a folder')

  const { app, lines } = await startLogged(t, dir)
  const unreadable = async (): Promise<unknown> =>
    /\nface_unreadable (\d+)/.exec((await app.inject('/metrics')).body)?.[1]
  const users = async (): Promise<unknown> =>
    (await app.inject('/health')).json<Record<string, unknown>>()['registered_faces']
  assert.deepEqual([await unreadable(), await users()], ['1', 1])
  const errors = lines.filter(({ part, type, level }) => part === 'store' && type === 'unreadable' && level === 50)
  assert.equal(errors.length, 1)
  assert.equal((await app.inject('/health/ready')).statusCode, 200)

  await rm(folder)
  await rename(`${dir}/elsewhere`, folder)
  await eventually(async () => await users() === 2 && await unreadable() === '0')
  assert.equal(lines.filter(({ type }) => type === 'unreadable').length, 1)
})
