import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { startApp } from '../helper.ts'

const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })

const open = (app: FastifyInstance, payload: object, key = ADMIN_KEY): Promise<LightMyRequestResponse> =>
  app.inject({ method: 'POST', url: '/pairings', payload, headers: bearer(key) })

const complete = (app: FastifyInstance, code: string, headers = {}): Promise<LightMyRequestResponse> =>
  app.inject({ method: 'POST', url: `/pairings/${code}`, headers, remoteAddress: '10.0.0.7' })

test('a kiosk gets its key for a code, with the name and the groups that were given to it', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const opened = await open(app, { name: 'gate 2', groups: ['day', 'night'] })
  const { code, expires_at: expiresAt } = opened.json<{ code: string, expires_at: string }>()
  assert.match(code, /^\d{6}$/)
  assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 300_000) < 60_000)
  const paired = await complete(app, code)
  const { key, ...told } = paired.json<Record<string, unknown>>()
  assert.deepEqual([told['name'], told['role'], told['groups']], ['gate 2', 'kiosk', ['day', 'night']])
  const mine = await app.inject({ url: '/session', headers: bearer(String(key)) })
  assert.deepEqual(mine.json(), { success: true, name: 'gate 2', role: 'kiosk', groups: ['day', 'night'] })
  assert.deepEqual(app.keys.list().map(({ name }) => name), ['gate 2'])

  const again = await complete(app, code)
  assert.deepEqual([again.statusCode, again.json<{ message: string }>().message], [
    401, 'This code is not valid, or not any more: ask the administrator for a new one'
  ])
  assert.equal(app.keys.list().length, 1)
})

test('only administrators make codes, and codes are six digits', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const { key } = (await app.inject({
    method: 'POST', url: '/keys', payload: { name: 'a', role: 'enroller' }, headers: bearer(ADMIN_KEY)
  })).json<{ key: string }>()
  assert.equal((await open(app, { name: 'a' }, key)).statusCode, 403)
  for (const payload of [{}, { name: '' }, { name: 'a', groups: [] }, { name: 'a', groups: 'day' }]) {
    assert.equal((await open(app, payload)).statusCode, 400, JSON.stringify(payload))
  }
  await open(app, { name: 'a' })
  for (const code of ['12345', '1234567', '12345a', '%31', '......']) {
    assert.equal((await complete(app, code)).statusCode, 400, code)
  }
})

test('a page of somebody else cannot try codes, nor use them up', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const { code } = (await open(app, { name: 'a' })).json<{ code: string }>()
  const foreign = { host: 'face.lan:5000', origin: 'http://evil.example' }
  for (let i = 0; i < 10; i++) assert.equal((await complete(app, '000000', foreign)).statusCode, 403)
  assert.equal((await complete(app, code, foreign)).statusCode, 403)
  assert.equal((await complete(app, code, { host: 'face.lan:5000', origin: 'http://face.lan:5000' })).statusCode, 200)
})
