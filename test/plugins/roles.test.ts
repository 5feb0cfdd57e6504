import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify, { type InjectOptions } from 'fastify'
import fp from 'fastify-plugin'
import { includesRole, ROLES } from '../../src/access/roles.ts'
import access from '../../plugins/app/access.ts'
import errorHandler from '../../plugins/app/error-handler.ts'
import { loadConfig } from '../../src/config.ts'
import { createFolderDocuments } from '../../src/store/documents/folder-documents.ts'
import { shareApp, startApp, temporaryFolder } from '../helper.ts'

/** What the kiosks of the old service call, its probes and its documentation. */
const OLD_ROUTES = new RegExp([
  '^POST /(recognize|register-face)$', '^DELETE /face/:user_id$',
  '^(GET|HEAD) /(status/:user_id|stats|metrics|docs(/.*)?)$'
].join('|'))
/** What load balancers, supervisors and browsers ask without a key, and how a kiosk gets one. */
const FOR_ANYBODY = new RegExp([
  '^(GET|HEAD) /(health(/live|/ready)?|ca|ca\\.crt)$', '^OPTIONS \\*$', '^POST /pairings/:code$'
].join('|'))

const app = shareApp()

test('every route declares a role, and none is open that was not in the old service', async () => {
  const { routes } = await app()
  assert.ok(routes.length >= 9)
  for (const { method, url, config } of routes) {
    for (const each of [method].flat()) {
      const name = `${each} ${url}`
      assert.ok(config?.role, `${name} declares no role`)
      assert.equal(config.isOpenWithoutKeys ?? false, OLD_ROUTES.test(name), name)
      assert.equal(config.role === 'anybody', FOR_ANYBODY.test(name), name)
    }
  }
})

test('a server with a route that declares no role does not start', async (t) => {
  const server = Fastify()
  t.after(() => server.close())
  server.decorate('config', loadConfig({})).decorate('routes', [])
  server.addHook('onRoute', (route) => { server.routes.push(route) })
  await server.register(errorHandler)
  await server.register(fp(async (instance) => {
    instance.decorate('documents', createFolderDocuments({ dir: await temporaryFolder(t) }))
  }, { name: 'face-store' }))
  for (const name of ['metrics', 'rate-limit']) await server.register(fp(async () => {}, { name }))
  await server.register(access)
  server.get('/new', async () => ({}))
  await assert.rejects(async () => { await server.ready() }, /GET \/new declares no role/)
})

test('enrollers do what kiosks do, administrators everything, monitors only look', () => {
  const may = ROLES.map((role) => ROLES.filter((required) => includesRole(role, required)).join())
  assert.deepEqual(Object.fromEntries(ROLES.map((role, i) => [role, may[i]])), {
    kiosk: 'kiosk', enroller: 'kiosk,enroller', monitor: 'monitor', admin: 'kiosk,enroller,admin,monitor'
  })
  for (const role of ROLES) assert.ok(includesRole(role, 'anybody') && includesRole(role, 'somebody'))
})

/** The route's address with something for each of its parameters that names nothing. */
const addressOf = (url: string): string => url.replace(/:\w+/g, 'nobody').replaceAll('*', 'nothing')

test('every route with every role: what is declared is what is asked, and refusals tell nothing more', async (t) => {
  const server = await startApp(t, { RATE_LIMIT_MAX: '100000', AUTH_FAILURES_MAX: '100000' })
  const keys = new Map(await Promise.all(ROLES.map(async (role) => (
    [role, (await server.keys.create({ name: role, role })).key] as const
  ))))
  const expired = await server.keys.create({ name: 'gone', role: 'admin' })
  await server.keys.revoke(expired.info.id)
  const refusals = new Map<string, Set<string>>()

  async function codeOf (options: InjectOptions, key?: string): Promise<string> {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
    const answer = await server.inject({ ...options, headers })
    if (answer.statusCode !== 401 && answer.statusCode !== 403) return 'allowed'
    const { code } = answer.json<{ code: string }>()
    const told = JSON.stringify(Object.entries(answer.json<object>()).sort())
    refusals.set(code, (refusals.get(code) ?? new Set()).add(told))
    return code
  }

  for (const { method, url, config } of server.routes) {
    // HEAD is GET; OPTIONS is answered to browsers, which never show a key with it.
    for (const each of [method].flat().filter((name) => name !== 'HEAD' && name !== 'OPTIONS')) {
      const request = { method: each, url: addressOf(url) } as InjectOptions
      const required = config!.role!
      const name = `${each} ${url}`
      const isForAnybody = required === 'anybody'
      assert.equal(await codeOf(request), isForAnybody ? 'allowed' : 'UNAUTHORIZED', name)
      // A wrong key is refused everywhere: its sender would take the answer for one to the key.
      for (const wrong of [expired.key, 'nonsense']) assert.equal(await codeOf(request, wrong), 'UNAUTHORIZED', name)
      for (const [role, key] of keys) {
        const expected = includesRole(role, required) ? 'allowed' : 'FORBIDDEN'
        assert.equal(await codeOf(request, key), expected, `${name} with a key for ${role}`)
      }
    }
  }
  assert.deepEqual([...refusals].map(([code, bodies]) => [code, bodies.size]).sort(), [
    ['FORBIDDEN', 1], ['UNAUTHORIZED', 1]
  ])
})
