import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { ADMIN_KEY, shareApp, temporaryFolder } from './helper.ts'
import { settled } from './support/settled.ts'

const ROOT = join(import.meta.dirname, '..')
const METHODS = ['get', 'put', 'post', 'delete', 'patch']

interface Media { schema: TSchema, examples?: Record<string, { value: unknown }> }
interface Parameter { name: string, in: 'path' | 'query' | 'header', example?: unknown }
interface Operation {
  operationId: string
  tags?: string[]
  security?: object[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, { content?: Record<string, Media> }>
}
interface OpenApi { paths: Record<string, Record<string, Operation>> }

const app = shareApp({ ADMIN_KEY })

async function operations (): Promise<Array<{ method: string, path: string, operation: Operation }>> {
  const { paths } = (await (await app()).inject('/docs/json')).json<OpenApi>()
  return Object.entries(paths).flatMap(([path, item]) => (
    METHODS.flatMap((method) => item[method] ? [{ method, path, operation: item[method] }] : [])
  ))
}

function assertFits ({ schema }: Media, value: unknown, what: string): void {
  const validator = Compile(schema)
  assert.ok(validator.Check(value), `${what}: ${JSON.stringify(validator.Errors(value)).slice(0, 500)}`)
}

/** Where an example is sent to, with the examples of its parameters. */
function addressOf (path: string, { parameters = [] }: Operation): string {
  return parameters.reduce((url, { name, in: place, example: value }) => {
    if (place === 'path') return url.replace(`{${name}}`, encodeURIComponent(String(value)))
    if (place !== 'query' || value === undefined) return url
    return `${url}${url.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(String(value))}`
  }, path)
}

test('the document passes a strict linter', async (t) => {
  const file = join(await temporaryFolder(t), 'openapi.json')
  await writeFile(file, (await (await app()).inject('/docs/json')).body)
  const redocly = join(ROOT, 'node_modules', '.bin', 'redocly')
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  const lint = promisify(execFile)(redocly, ['lint', '--extends', 'recommended-strict', file], { env })
  await lint.catch((err: { stdout: string }) => assert.fail(err.stdout))
})

test('every operation has a name, a tag, what it asks of the caller, and errors with examples', async () => {
  const all = await operations()
  assert.ok(all.length >= 12)
  assert.equal(new Set(all.map(({ operation }) => operation.operationId)).size, all.length)
  for (const { operation: { operationId, tags, security, responses } } of all) {
    assert.equal(tags?.length, 1, operationId)
    assert.ok(security, operationId)
    for (const [status, { content = {} }] of Object.entries(responses)) {
      const media = content['application/json']
      if (Number(status) < 400) continue
      assert.ok(media?.examples, `${operationId} ${status}`)
      for (const [code, { value }] of Object.entries(media.examples)) {
        assertFits(media, value, `${operationId} ${status} ${code}`)
        assert.equal((value as { code: string }).code, code)
      }
    }
  }
})

test('every documented example is answered as documented', async (t) => {
  const server = await app()
  const headers = { authorization: `Bearer ${ADMIN_KEY}` }
  const all = await operations()
  const registration = all.find(({ path }) => path === '/register-face')!.operation.requestBody!
    .content['application/json']!.examples!['anna']!.value as object
  const erase = (): Promise<unknown> => server.inject({ method: 'DELETE', url: '/face/123', headers })
  t.after(erase)
  let sent = 0
  for (const { method, path, operation } of all) {
    const request = operation.requestBody?.content['application/json']
    const response = operation.responses['200']?.content?.['application/json']
    const names = new Set([...Object.keys(request?.examples ?? {}), ...Object.keys(response?.examples ?? {})])
    for (const name of names) {
      const what = `${operation.operationId}, ${name}`
      await erase()
      if (path !== '/register-face') {
        await server.inject({ method: 'POST', url: '/register-face', headers, payload: registration })
      }
      const payload = request?.examples?.[name]?.value as object | undefined
      if (request && payload) assertFits(request, payload, what)
      const answer = await server.inject({
        method: method.toUpperCase() as 'GET', url: addressOf(path, operation), headers, ...payload && { payload }
      })
      assert.equal(answer.statusCode, 200, `${what}: ${answer.body}`)
      const { value: documented } = response?.examples?.[name] ?? {}
      assert.ok(response && documented, what)
      assertFits(response, documented, what)
      assertFits(response, answer.json(), what)
      assert.deepEqual(settled(answer.json(), documented), documented, `${what}: npm run examples records it again`)
      sent++
    }
  }
  assert.ok(sent >= 10, `${sent}`)
})
