import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Caller } from '../../../src/access/roles.ts'
import { createSessions, IDLE_MS, SESSION_MS, SESSIONS_PER_KEY, type Sessions } from '../../../src/access/sessions.ts'
import { createFolderDocuments } from '../../../src/store/documents/folder-documents.ts'
import { eventually, temporaryFolder } from '../../helper.ts'

const ADDRESS = '192.168.7.20'
const ADMIN: Caller = { id: 'admin-key', name: 'ADMIN_KEY', role: 'admin', via: 'admin-key' }
const OTTO: Caller = { id: '0123456789ab', name: 'otto', role: 'enroller', groups: ['day'], via: 'key' }

interface Opened { sessions: Sessions, dir: string, clock: { ms: number }, valid: Map<string, Caller> }

/** Sessions in a folder, with a clock that the test sets, and keys that it takes away. */
async function openSessions (
  t: TestContext, { dir, adminKey = 'a' }: { dir?: string, adminKey?: string } = {}
): Promise<Opened> {
  const folder = dir ?? await temporaryFolder(t)
  const documents = createFolderDocuments({ dir: folder })
  const clock = { ms: Date.parse('2026-11-26T12:00:00.000Z') }
  const valid = new Map([[ADMIN.id, ADMIN], [OTTO.id, OTTO]])
  const sessions = createSessions({ documents, callerOf: (id) => valid.get(id), adminKey, now: () => clock.ms })
  t.after(() => documents.close())
  await documents.open()
  return { sessions, dir: folder, clock, valid }
}

test('a session finds who opened it, by a token that is stored nowhere', async (t) => {
  const { sessions, dir } = await openSessions(t)
  const { token, session } = await sessions.open(OTTO, ADDRESS)
  assert.deepEqual(sessions.find(token, ADDRESS)?.caller, { ...OTTO, via: 'session' })
  const secret = token.slice(13)
  assert.equal(Buffer.from(secret, 'base64url').length, 32)
  const stored = await readFile(join(dir, 'documents', 'sessions', `${session.id}.face`), 'utf8')
  assert.ok(stored.includes(OTTO.id) && !stored.includes(secret))
  const other = (await sessions.open(ADMIN, ADDRESS)).token
  for (const wrong of [
    '', session.id, `${session.id}.`, token.slice(0, -1), `${token}A`, ` ${token}`, token.toUpperCase(),
    `${session.id}${other.slice(12)}`, `${other.slice(0, 12)}${token.slice(12)}`, `000000000000${token.slice(12)}`
  ]) assert.equal(sessions.find(wrong, ADDRESS), undefined, wrong)
})

test('it ends when it is not used, and in any case after its time, to the millisecond', async (t) => {
  const { sessions, clock } = await openSessions(t)
  const idle = (await sessions.open(OTTO, ADDRESS)).token
  const used = (await sessions.open(OTTO, ADDRESS)).token
  const end = clock.ms + SESSION_MS
  clock.ms += IDLE_MS - 1
  assert.ok(sessions.find(used, ADDRESS))
  clock.ms++
  assert.equal(sessions.find(idle, ADDRESS), undefined)
  while (clock.ms + IDLE_MS <= end) {
    clock.ms += IDLE_MS / 2
    assert.ok(sessions.find(used, ADDRESS))
    await sessions.tidy()
  }
  clock.ms = end - 1
  assert.ok(sessions.find(used, ADDRESS))
  clock.ms = end
  assert.equal(sessions.find(used, ADDRESS), undefined)
  assert.deepEqual(sessions.list(), [])
})

test('it ends with its key, and follows it', async (t) => {
  const { sessions, valid } = await openSessions(t)
  const { token } = await sessions.open(OTTO, ADDRESS)
  valid.set(OTTO.id, { ...OTTO, role: 'kiosk' })
  assert.equal(sessions.find(token, ADDRESS)?.caller.role, 'kiosk')
  valid.delete(OTTO.id)
  assert.equal(sessions.find(token, ADDRESS), undefined)
  assert.deepEqual(sessions.list(), [])
  await sessions.tidy()
  valid.set(OTTO.id, OTTO)
  assert.equal(sessions.find(token, ADDRESS), undefined)
})

test('those of ADMIN_KEY end when that is changed', async (t) => {
  const { sessions, dir } = await openSessions(t)
  const tokens = [(await sessions.open(ADMIN, ADDRESS)).token, (await sessions.open(OTTO, ADDRESS)).token]
  const { sessions: after } = await openSessions(t, { dir, adminKey: 'b' })
  assert.deepEqual(tokens.map((token) => after.find(token, ADDRESS)?.caller.name), [undefined, 'otto'])
})

test('another process knows them, when they were used, and that they have ended', async (t) => {
  const { sessions: one, dir, clock } = await openSessions(t)
  const { sessions: two, clock: other } = await openSessions(t, { dir })
  const { token, session: { id } } = await one.open(OTTO, ADDRESS)
  await eventually(() => two.find(token, ADDRESS))
  clock.ms += IDLE_MS - 1
  assert.ok(one.find(token, ADDRESS))
  await one.tidy()
  other.ms += IDLE_MS + 1
  await eventually(() => two.find(token, ADDRESS))
  assert.equal(await two.end(id), true)
  await eventually(() => one.find(token, ADDRESS) === undefined)
  assert.equal(await one.end(id), false)
})

test('beyond so many of a key the oldest ends', async (t) => {
  const { sessions, clock } = await openSessions(t)
  const tokens: string[] = []
  for (let i = 0; i <= SESSIONS_PER_KEY; i++) {
    tokens.push((await sessions.open(OTTO, ADDRESS)).token)
    clock.ms++
  }
  assert.equal(sessions.find(tokens[0]!, ADDRESS), undefined)
  assert.equal(sessions.list().length, SESSIONS_PER_KEY)
  assert.deepEqual([sessions.list()[0]!.address, sessions.list()[0]!.caller.name], [ADDRESS, 'otto'])
})
