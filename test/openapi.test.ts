import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { PHOTOS } from '../plugins/openapi/examples.ts'
import { createExampleSender, type Parameter } from '../tools/send-examples.ts'
import { ADMIN_KEY, shareApp, temporaryFolder } from './helper.ts'
import { settled } from './support/settled.ts'

const ROOT = join(import.meta.dirname, '..')
const METHODS = ['get', 'put', 'post', 'delete', 'patch']

/** Operations without examples, and why. */
const WITHOUT_EXAMPLES: Readonly<Record<string, string>> = {
  getHealth: 'names a folder of the machine',
  getStats: 'tells of the machine and names its folder',
  getMetrics: 'answers text',
  getCa: 'answers a page, if there is a certificate authority',
  getCaCrt: 'answers a file, if there is a certificate authority',
  postUsersImport: 'takes a file and answers a stream',
  getUserExport: 'answers the numbers of encodings, which no document shows',
  endOwnSession: 'needs the cookie of a session'
}

interface Media { schema: TSchema, examples?: Record<string, { value: unknown }> }
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

test('every operation has examples, or a reason why it has none', async () => {
  const all = await operations()
  const ids = all.map(({ operation }) => operation.operationId)
  assert.deepEqual(Object.keys(WITHOUT_EXAMPLES).filter((id) => !ids.includes(id)), [])
  for (const { operation: { operationId, responses } } of all) {
    const hasExamples = responses['200']?.content?.['application/json']?.examples !== undefined
    assert.equal(hasExamples, !(operationId in WITHOUT_EXAMPLES),
      `${operationId}: add a request to tools/record-examples.ts, or the reason above`)
  }
})

test('every documented example is answered as documented', async (t) => {
  const server = await app()
  const examples = createExampleSender(server, ADMIN_KEY, PHOTOS)
  t.after(examples.clear)
  for (const { method, path, operation } of await operations()) {
    const request = operation.requestBody?.content['application/json']
    const response = operation.responses['200']?.content?.['application/json']
    const names = new Set([...Object.keys(request?.examples ?? {}), ...Object.keys(response?.examples ?? {})])
    for (const name of names) {
      const what = `${operation.operationId}, ${name}`
      const payload = request?.examples?.[name]?.value as object | undefined
      if (request && payload) assertFits(request, payload, what)
      const answer = await examples.send({ method: method.toUpperCase(), path, ...operation }, payload)
      assert.equal(answer.statusCode, 200, `${what}: ${answer.body}`)
      const { value: documented } = response?.examples?.[name] ?? {}
      assert.ok(response && documented, what)
      assertFits(response, documented, what)
      assertFits(response, answer.json(), what)
      assert.deepEqual(settled(answer.json(), documented), documented, `${what}: npm run examples records it again`)
    }
  }
})
