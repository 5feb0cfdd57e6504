import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { createAuditStorage } from '../../src/audit/create-storage.ts'
import { pseudonymOf } from '../../src/audit/person.ts'
import { verifyAudit } from '../../src/audit/verify.ts'
import { auditKey, linesOf } from '../src/audit/helper.ts'
import { eventually, startApp, temporaryFolder } from '../helper.ts'
import { portraits } from '../photos.ts'

const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='

type Line = Record<string, unknown>

const register = (app: FastifyInstance, query: string, payload: Buffer, authorization?: string) => app.inject({
  method: 'POST',
  url: `/register-face?${query}`,
  payload,
  headers: { 'content-type': 'image/jpeg', ...authorization && { authorization } }
})

const lines = (app: FastifyInstance): Promise<Line[]> => linesOf(createAuditStorage(app.config))

/** Waits until every intent has its outcome. */
async function settled (app: FastifyInstance): Promise<Line[]> {
  return await eventually(async () => {
    const all = await lines(app)
    const count = (type: string): number => all.filter((line) => line['type'] === type).length
    return count('intent') === count('outcome') && all
  })
}

async function openApp (t: TestContext, env: Record<string, string> = {}): Promise<FastifyInstance> {
  return await startApp(t, { ADMIN_KEY, AUDIT_KEY: auditKey(), ...env })
}

test('who enrolled and deleted whom, from where and with which outcome, by a pseudonym alone', async (t) => {
  const app = await openApp(t)
  const [anna, again] = await Promise.all([portraits.anna(), portraits.annaAgain()])
  assert.equal((await register(app, 'user_id=anna', anna, `Bearer ${ADMIN_KEY}`)).statusCode, 200)
  const salt = (await app.encodingStore.get('anna'))?.auditSalt
  assert.ok(salt)
  assert.equal((await register(app, 'user_id=anna&replace=true', again)).statusCode, 200)
  assert.equal((await register(app, 'user_id=bella', anna)).statusCode, 409)
  assert.equal((await app.encodingStore.get('anna'))?.auditSalt, salt)
  assert.equal((await app.inject({ method: 'DELETE', url: '/face/anna' })).statusCode, 200)
  assert.equal((await app.inject({ method: 'DELETE', url: '/face/anna' })).statusCode, 404)

  const all = await settled(app)
  const [start, ...rest] = all
  assert.equal(start?.['type'], 'start')
  const settings = start?.['settings'] as Line
  assert.deepEqual([settings['ADMIN_KEY'], settings['AUDIT_KEY'], settings['PORT']], ['set', 'set', 5000])
  const intents = rest.filter(({ type }) => type === 'intent')
  const outcomes = new Map(rest.filter(({ type }) => type === 'outcome').map((line) => [line['id'], line]))
  const person = pseudonymOf('anna', salt)
  assert.deepEqual(intents.map(({ action, actor, address, person: of, details, id }) => {
    const { outcome, status, details: result } = outcomes.get(id)!
    return [action, (actor as Line | null)?.['id'], address, of === person, details, outcome, status, result]
  }), [
    ['enrol', 'admin-key', '127.0.0.1', true, { replace: false }, 'ok', 200, { encodings: 1 }],
    ['enrol', undefined, '127.0.0.1', true, { replace: true }, 'ok', 200, { encodings: 1 }],
    ['enrol', undefined, '127.0.0.1', false, { replace: false }, 'FACE_ALREADY_REGISTERED', 409, undefined],
    ['delete-user', undefined, '127.0.0.1', true, undefined, 'ok', 200, undefined],
    ['delete-user', undefined, '127.0.0.1', false, undefined, 'USER_NOT_FOUND', 404, undefined]
  ])
  assert.doesNotMatch(JSON.stringify(all), /anna|bella/)
  assert.ok(!JSON.stringify(all).includes(ADMIN_KEY))
  assert.deepEqual((await verifyAudit(createAuditStorage(app.config).lines())).problems, [])
})

test('the intent is there before the change is made, and the outcome names the error', async (t) => {
  const app = await openApp(t)
  const seen: string[][] = []
  const { updateInTurn, erase } = app.encodingStore
  const note = async (): Promise<void> => { seen.push((await lines(app)).map(({ type }) => String(type))) }
  app.encodingStore.updateInTurn = async (...args) => {
    await note()
    return await updateInTurn(...args)
  }
  app.encodingStore.erase = async (...args) => {
    await note()
    return await erase(...args)
  }
  assert.equal((await register(app, 'user_id=7', await portraits.anna())).statusCode, 200)
  await settled(app)
  assert.equal((await app.inject({ method: 'DELETE', url: '/face/7' })).statusCode, 200)
  assert.deepEqual(seen.map((types) => types.filter((type) => type === 'intent').length), [1, 2])
  assert.deepEqual(seen.map((types) => types.filter((type) => type === 'outcome').length), [0, 1])
})

test('two kiosks that enrol the same new person at once write the same pseudonym', async (t) => {
  const app = await openApp(t)
  const photo = await portraits.anna()
  const answers = await Promise.all([register(app, 'user_id=7', photo), register(app, 'user_id=7', photo)])
  assert.deepEqual(answers.map(({ statusCode }) => statusCode), [200, 200])
  const person = pseudonymOf('7', (await app.encodingStore.get('7'))!.auditSalt!)
  const all = await settled(app)
  for (const { id, person: first } of all.filter(({ type }) => type === 'intent')) {
    const { person: corrected } = all.find((line) => line['type'] === 'outcome' && line['id'] === id)!
    assert.equal(corrected ?? first, person)
  }
})

test('while the log cannot be written changes are refused with 503, and recognition goes on', async (t) => {
  const dir = await temporaryFolder(t)
  const app = await openApp(t, { FACE_DATA_DIR: dir })
  const [anna, again] = await Promise.all([portraits.anna(), portraits.annaAgain()])
  assert.equal((await register(app, 'user_id=7', anna)).statusCode, 200)
  await settled(app)
  const before = (await lines(app)).length

  await app.close()
  const broken = await temporaryFolder(t)
  // A file stands where the log's folder should be; root may write anywhere, so permissions would not do.
  await writeFile(join(broken, 'audit'), '')
  const other = await openApp(t, { FACE_DATA_DIR: broken })
  const refused = await register(other, 'user_id=7', anna)
  assert.deepEqual([refused.statusCode, refused.json<Line>()['code']], [503, 'STORE_UNAVAILABLE'])
  assert.equal((await other.inject({ method: 'DELETE', url: '/face/7' })).statusCode, 503)
  assert.equal(await other.encodingStore.get('7'), null)
  const recognised = await other.inject({
    method: 'POST', url: '/recognize', payload: again, headers: { 'content-type': 'image/jpeg' }
  })
  assert.equal(recognised.statusCode, 200)
  assert.match((await other.inject('/metrics')).body, /^face_audit_failing 1$/m)
  assert.ok(before > 0)
})

test('failed authentication is added up by address', async (t) => {
  const app = await openApp(t)
  for (const remoteAddress of ['10.0.0.1', '10.0.0.2', '10.0.0.1']) {
    const headers = { authorization: 'Bearer wrong' }
    assert.equal((await app.inject({ url: '/status/7', headers, remoteAddress })).statusCode, 401)
  }
  const { config } = app
  await app.close()
  const sums = (await linesOf(createAuditStorage(config))).filter(({ type }) => type === 'refusals')
  assert.deepEqual(sums.map(({ address, code, count }) => [address, code, count]), [
    ['10.0.0.1', 'UNAUTHORIZED', 2], ['10.0.0.2', 'UNAUTHORIZED', 1]
  ])
})

/** They change nothing that is kept, but that they may add an event, which is a record of its own. */
const READING = ['POST /attendance/events', 'POST /compare', 'POST /detect', 'POST /recognize', 'POST /verify']
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

test('every route that changes something says what it is audited as', async (t) => {
  const { routes } = await startApp(t)
  const changing = routes.flatMap(({ method, url, config }) => (
    [method].flat().filter((one) => !SAFE_METHODS.includes(one)).map((one) => ({ name: `${one} ${url}`, config }))
  ))
  const unaudited = changing.filter(({ config }) => !config?.audit).map(({ name }) => name)
  assert.deepEqual(unaudited.sort(), READING)
})

test('a change of a user who was enrolled before there was a log makes them findable in it', async (t) => {
  const app = await openApp(t)
  assert.equal((await register(app, 'user_id=7', await portraits.anna())).statusCode, 200)
  await app.encodingStore.update('7', (present) => {
    const { auditSalt, ...others } = present!
    return others
  })
  await app.inject({
    method: 'PUT', url: '/users/7', payload: { display_name: 'Anna' }, headers: { authorization: `Bearer ${ADMIN_KEY}` }
  })
  const salt = (await app.encodingStore.get('7'))!.auditSalt!
  const all = await settled(app)
  assert.equal(all.find(({ action }) => action === 'change-user')?.['person'], pseudonymOf('7', salt))
  assert.doesNotMatch(JSON.stringify(all), /Anna/)
})
