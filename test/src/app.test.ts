import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERRORS } from '../../src/errors.ts'
import { shareApp, startApp } from '../helper.ts'

interface OpenApi {
  openapi: string,
  paths: Record<string, Record<string, {
    responses: Record<string, object>, requestBody?: { content: object }
  }>>
}

const defaultApp = shareApp()

test('every plugin and route is there', async () => {
  const app = await defaultApp()
  for (const name of ['config', 'encodingStore', 'gallery', 'inference', 'recognition', 'swagger', 'rateLimit']) {
    assert.ok(app.hasDecorator(name), name)
  }
  const routes: Array<[method: 'GET' | 'POST' | 'DELETE', url: string]> = [
    ['POST', '/register-face'], ['POST', '/recognize'], ['GET', '/status/:user_id'], ['DELETE', '/face/:user_id'],
    ['GET', '/health'], ['GET', '/health/live'], ['GET', '/health/ready'], ['GET', '/stats'], ['GET', '/docs/json']
  ]
  for (const [method, url] of routes) assert.ok(app.hasRoute({ method, url }), url)
})

test('the OpenAPI document has the six endpoints, the probes and the metrics, their three ' +
  'kinds of body and their errors', async () => {
  const app = await defaultApp()
  const document = (await app.inject('/docs/json')).json<OpenApi>()
  assert.match(document.openapi, /^3\./)
  for (const path of [
    '/face/{user_id}', '/health', '/health/live', '/health/ready', '/metrics', '/recognize', '/register-face', '/stats',
    '/status/{user_id}'
  ]) assert.ok(path in document.paths, path)
  const register = document.paths['/register-face']!['post']!
  for (const type of ['application/json', 'multipart/form-data', 'image/jpeg']) {
    assert.ok(type in register.requestBody!.content, type)
  }
  for (const status of [200, 400, 413, 415, 422, 429, 500, 503, 504, 507]) {
    assert.ok(String(status) in register.responses, String(status))
  }
  for (const methods of Object.values(document.paths)) {
    for (const { responses } of Object.values(methods)) assert.ok('200' in responses && '400' in responses)
  }
  assert.equal((await app.inject('/docs/')).statusCode, 200)
})

test('browser front ends may call: any origin by default, else only those of CORS_ORIGINS', async (t) => {
  const preflight = (origin: string): object => ({
    method: 'OPTIONS',
    url: '/recognize',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
  })
  const open = await defaultApp()
  const any = await open.inject(preflight('https://kiosk.example'))
  assert.equal(any.statusCode, 204)
  assert.equal(any.headers['access-control-allow-origin'], '*')
  // From a monitor or a balancer.
  assert.equal((await open.inject({ method: 'OPTIONS', url: '/recognize' })).statusCode, 204)
  const closed = await startApp(t, { CORS_ORIGINS: 'https://a.example, https://b.example' })
  assert.equal(
    (await closed.inject(preflight('https://b.example'))).headers['access-control-allow-origin'], 'https://b.example'
  )
  assert.equal(
    (await closed.inject(preflight('https://evil.example'))).headers['access-control-allow-origin'], undefined
  )
})

test('every error has a status that its family allows and a message for people', () => {
  for (const [code, [status, message]] of Object.entries(ERRORS)) {
    assert.match(code, /^[A-Z_]+$/)
    assert.ok(status >= 400 && status < 600)
    assert.ok(message.length > 10)
  }
})

test('stats polled in a burst measure the machine once', async () => {
  const app = await defaultApp()
  const first = (await app.inject('/stats')).body
  for (let i = 0; i < 20; i++) assert.equal((await app.inject('/stats')).body, first)
})
