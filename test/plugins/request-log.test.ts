import assert from 'node:assert/strict'
import { request } from 'node:http'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { eventually, TEST_ENV, temporaryFolder } from '../helper.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

test('every request has one line with its id, which is the client\'s if it can be one; store and ' +
  'pool have lines of their own', async (t) => {
  const lines: Array<Record<string, unknown>> = []
  const output = new Writable({
    write (chunk, _, done) { lines.push(JSON.parse(String(chunk)) as Record<string, unknown>); done() }
  })
  const config = loadConfig({ ...TEST_ENV, FACE_DATA_DIR: await temporaryFolder(t), LOG_LEVEL: 'INFO' })
  const app = await buildApp(config, createLogger(config, output))
  t.after(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  for (const part of ['store', 'pool']) assert.ok(lines.some((line) => line['part'] === part), part)

  const cases: Array<[path: string, id: string, kept: boolean]> = [
    ['/status/7', 'door-17', true],
    ['/status/7', 'a/b:c+d=e@f._', true],
    ['/status/7', 'x'.repeat(128), true],
    ['/status/7', 'x'.repeat(129), false],
    ['/status/7', 'two words', false],
    ['/status/7', '{"photo":1}', false],
    ['/nowhere', 'door-18', true],
    ['/status/%zz', 'door-19', true]
  ]
  lines.length = 0
  const ids: unknown[] = []
  for (const [path, id, kept] of cases) {
    const answer = await fetch(url + path, { headers: { 'x-request-id': id } })
    const returned = answer.headers.get('x-request-id') ?? ''
    if (kept) assert.equal(returned, id)
    else assert.match(returned, UUID)
    ids.push(returned)
  }
  const requests = lines.filter(({ msg }) => msg === 'request')
  assert.deepEqual(requests.map(({ reqId }) => reqId), ids)
  for (const { method, route, status, outcome, durationMs } of requests) {
    assert.deepEqual([method, typeof route, typeof outcome, typeof durationMs], ['GET', 'string', 'string', 'number'])
    assert.equal(status, { '/status/:user_id': 200, unknown: outcome === 'NOT_FOUND' ? 404 : 400 }[String(route)])
  }

  // A kiosk that goes away in the middle of its photo.
  const leaving = request(`${url}/recognize`, {
    method: 'POST', headers: { 'content-type': 'image/jpeg', 'content-length': 1_000 }
  })
  leaving.on('error', () => {})
  leaving.write('half', () => leaving.destroy())
  const gone = await eventually(() => lines.find(({ route }) => route === '/recognize'))
  assert.deepEqual([gone['status'], gone['outcome']], [499, 'CLIENT_GONE'])
})
