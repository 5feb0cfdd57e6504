import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import { includesRole, ROLES } from '../../src/access/roles.ts'
import access from '../../plugins/app/access.ts'
import errorHandler from '../../plugins/app/error-handler.ts'
import { loadConfig } from '../../src/config.ts'
import { shareApp } from '../helper.ts'

/** What the kiosks of the old service call, its probes and its documentation. */
const OLD_ROUTES = new RegExp([
  '^POST /(recognize|register-face)$', '^DELETE /face/:user_id$',
  '^(GET|HEAD) /(status/:user_id|stats|metrics|docs(/.*)?)$'
].join('|'))
/** What load balancers, supervisors and browsers ask without a key. */
const FOR_ANYBODY = /^(GET|HEAD) \/(health(\/live|\/ready)?|ca|ca\.crt)$|^OPTIONS \*$/

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
  await server.register(access)
  server.get('/new', async () => ({}))
  await assert.rejects(async () => { await server.ready() }, /GET \/new declares no role/)
})

test('enrollers do what kiosks do, administrators everything, monitors only look', () => {
  const may = ROLES.map((role) => ROLES.filter((required) => includesRole(role, required)).join())
  assert.deepEqual(Object.fromEntries(ROLES.map((role, i) => [role, may[i]])), {
    kiosk: 'kiosk', enroller: 'kiosk,enroller', monitor: 'monitor', admin: 'kiosk,enroller,admin,monitor'
  })
  for (const role of ROLES) assert.ok(includesRole(role, 'anybody'))
})
