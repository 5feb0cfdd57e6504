import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { eventually, startApp, temporaryFolder } from './helper.ts'
import { noFace, portraits } from './photos.ts'
import { findProgram } from './programs.ts'
import { settled } from './support/settled.ts'

const ROOT = join(import.meta.dirname, '..')
const ADMIN_KEY = 'k7/+Zm9vYmFyYmF6=='
const run = promisify(execFile)
const curl = findProgram('curl')
const python = findProgram('python3')

/** A command in a document and the reply that stands below it. */
interface Step { command: string, reply: unknown }

/** The commands of a document that use the server, or make what these need. */
async function stepsOf (file: string): Promise<Step[]> {
  const text = await readFile(join(ROOT, file), 'utf8')
  const blocks = [...text.matchAll(/```bash\n([^]*?)```(?:\n\n```json\n([^]*?)```)?/g)]
  return blocks.filter(([, command = '']) => /localhost:5000|npm run samples/.test(command))
    .map(([, command = '', reply]) => ({
      command, reply: reply === undefined ? undefined : JSON.parse(reply) as unknown
    }))
}

async function listen (t: TestContext, env: Record<string, string>): Promise<string> {
  const app = await startApp(t, env)
  return await app.listen({ host: '127.0.0.1', port: 0 })
}

/** A server, and a shell beside it on the same folder. */
async function startShell (t: TestContext): Promise<(command: string) => Promise<string>> {
  const FACE_DATA_DIR = await temporaryFolder(t)
  const url = await listen(t, { ADMIN_KEY, FACE_DATA_DIR })
  return async (command) => {
    const script = command.replaceAll('http://localhost:5000', url)
    const env = { ...process.env, ADMIN_KEY, FACE_DATA_DIR }
    return (await run('bash', ['-ec', script], { cwd: ROOT, env })).stdout
  }
}

test('what the README and docs/api.md show is what happens', { skip: curl.missing }, async (t) => {
  const readme = await stepsOf('README.md')
  const registration = readme.find(({ command }) => command.includes('/register-face'))
  assert.ok(registration)
  let shown = 0
  // The README closes its server.
  for (const steps of [readme, await stepsOf('docs/api.md')]) {
    const bash = await startShell(t)
    if (steps !== readme) await bash(registration.command)
    for (const { command, reply } of steps) {
      // "Register user 123 again", says the document.
      if (command.includes('$ADMIN_KEY')) await bash(registration.command)
      let output = await bash(command)
      if (reply === undefined) continue
      if (command.includes('npm run --silent keys')) {
        const [, request = ''] = command.trimEnd().split('\n')
        // The key counts within a second.
        await eventually(async () => (output = await bash(request)).includes('UNAUTHORIZED'))
      }
      assert.deepEqual(settled(JSON.parse(output), reply), reply, command)
      shown++
    }
  }
  assert.equal(shown, 10)
})

for (const [program, client, missing] of [
  [process.execPath, 'client.js', false], [python.path, 'client.py', python.missing]
] as const) {
  test(`examples/${client} registers, recognises, retries and tells what is wrong`, { skip: missing }, async (t) => {
    await run('npm', ['run', 'samples'], { cwd: ROOT })
    let url = await listen(t, {})
    const call = async (...args: string[]): Promise<unknown> => {
      const env = { ...process.env, FACE_SERVER: url }
      const { stdout } = await run(program, [join('examples', client), ...args], { cwd: ROOT, env })
      return JSON.parse(stdout)
    }
    const named = { success: true, user_id: 7 }
    const includes = (actual: unknown, expected: object): void =>
      assert.deepEqual({ ...actual as object, ...expected }, actual)

    includes(await call('register', '7', 'examples/photos/anna.jpg'), { ...named, encoding_count: 1 })
    includes(await call('recognize', 'examples/photos/anna-again.jpg'), named)
    includes(await call('recognize', 'examples/photos/stranger.jpg'), { success: false, user_id: 'unknown' })
    includes(await call('status', '7'), { registered: true })
    await assert.rejects(call('register', '8', 'examples/photos/group.jpg'), {
      code: 1, stderr: /^MULTIPLE_FACES: .+\n$/
    })
    includes(await call('remove', '7'), named)
    await assert.rejects(call('nonsense'), { code: 1, stderr: /^usage: / })

    const replies: Array<[number, object, object]> = [
      [503, { 'retry-after': '1' }, { success: false, message: 'busy', code: 'OVERLOADED' }],
      [200, {}, { success: true }]
    ]
    const busy = createServer((_request, response) => {
      const [status, headers, body] = replies.shift()!
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    }).listen(0, '127.0.0.1')
    t.after(() => busy.close())
    await once(busy, 'listening')
    url = `http://127.0.0.1:${(busy.address() as AddressInfo).port}`
    assert.deepEqual(await call('status', '7'), { success: true })
    assert.deepEqual(replies, [])
  })
}

/** What the page uses of an element. */
class PageElement extends EventTarget {
  value = ''
  hidden = false
  files: Blob[] = []
  srcObject: unknown
  play = (): Promise<void> => Promise.resolve()
}

/** Runs the script of examples/browser.html on such elements; `globals` are what else it finds in a browser. */
async function openPage (t: TestContext, globals: object): Promise<(id: string) => PageElement> {
  const html = await readFile(join(ROOT, 'examples', 'browser.html'), 'utf8')
  const [, script = ''] = /<script type="module">([^]*)<\/script>/.exec(html) ?? []
  const elements = new Map([...html.matchAll(/ id="(\w+)"/g)].map(([, id = '']) => [id, new PageElement()]))
  const getElementById = (id: string): PageElement => elements.get(id) ?? assert.fail(`no element ${id}`)
  for (const [name, value] of Object.entries({ document: { getElementById }, ...globals })) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name)
    Object.defineProperty(globalThis, name, { configurable: true, value })
    t.after(() => before
      ? Object.defineProperty(globalThis, name, before)
      : Reflect.deleteProperty(globalThis, name))
  }
  const file = join(await temporaryFolder(t), 'browser.mjs')
  const client = pathToFileURL(join(ROOT, 'clients', 'typescript', 'index.ts')).href
  await writeFile(file, script.replace('./dist/index.js', client))
  await import(pathToFileURL(file).href)
  return getElementById
}

test('examples/browser.html says who is in a file and before the camera, and what is wrong', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const [anna, again, stranger] = await Promise.all([portraits.anna(), portraits.annaAgain(), portraits.bella()])
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'image/jpeg' }
  await app.inject({ method: 'POST', url: '/register-face?user_id=123', headers, payload: anna })
  const stream = {}
  const mediaDevices: { getUserMedia?: () => Promise<object> } = {}
  const navigator: { mediaDevices?: object } = {}
  class OffscreenCanvas {
    getContext = () => ({ drawImage () {} })
    convertToBlob = async (): Promise<Blob> => new Blob([new Uint8Array(again)], { type: 'image/jpeg' })
  }
  const element = await openPage(t, { navigator, OffscreenCanvas })
  const says = (text: RegExp): Promise<boolean> => eventually(() => text.test(element('answer').value))
  const choose = (photo: Buffer): void => {
    element('file').files = [new Blob([new Uint8Array(photo)], { type: 'image/jpeg' })]
    element('file').dispatchEvent(new Event('change'))
  }
  const click = (id: string): boolean => element(id).dispatchEvent(new Event('click'))

  element('server').value = 'http://127.0.0.1:1/'
  choose(again)
  await says(/cannot be reached/)
  element('server').value = `${await app.listen({ host: '127.0.0.1', port: 0 })}/`
  choose(stranger)
  await says(/^Face not recognized$/)
  choose(again)
  await says(/^Hello, 123$/)
  choose(await noFace())
  await says(/^No face detected in image$/)

  click('start')
  await says(/https:/)
  navigator.mediaDevices = mediaDevices
  mediaDevices.getUserMedia = () => Promise.reject(new Error('Permission denied'))
  click('start')
  await says(/Permission denied/)
  mediaDevices.getUserMedia = () => Promise.resolve(stream)
  click('start')
  await eventually(() => element('video').srcObject === stream && !element('shoot').hidden)
  click('shoot')
  await says(/^Hello, 123$/)
  element('key').value = 'wrong'
  click('shoot')
  await says(/needs a valid key/)
})
