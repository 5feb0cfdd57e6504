import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import { ConfigSchema, loadConfig } from '../src/config.ts'
import { ERRORS } from '../src/errors.ts'
import { STORE_EVENT_LEVELS } from '../src/store/store-event.ts'
import { shareApp } from './helper.ts'
import { explainedLines } from './support/log-lines.ts'

const ROOT = join(import.meta.dirname, '..')
const README_BYTES_MAX = 10 * 1024
const LINE_MAX = 120
const NOT_OURS = ['node_modules', 'dist', 'coverage', 'face_data', '.git']
/** Commands that npm has by itself. */
const NPM_COMMANDS = ['ci', 'install', 'ls', 'pack', 'sbom']

interface Variable { default?: unknown, type?: string, enum?: string[], minimum?: number, maximum?: number }
// The types of the schema's builder leave out what they do not check, such as the defaults.
const VARIABLES = Object.entries(ConfigSchema.properties as unknown as Record<string, Variable>)

interface ObjectSchema { properties?: Record<string, unknown>, anyOf?: ObjectSchema[] }
interface Operation { responses: Record<string, { content?: Record<string, { schema?: ObjectSchema }> }> }
interface OpenApi { paths: Record<string, Record<string, Operation>> }

const app = shareApp()
const read = (file: string): Promise<string> => readFile(join(ROOT, file), 'utf8')
const lines = async (file: string): Promise<string[]> => (await read(file)).split('\n').map((line) => line.trimEnd())

async function markdownFiles (folder = ''): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { withFileTypes: true })
  const found = await Promise.all(entries.filter(({ name }) => !NOT_OURS.includes(name)).map(async (entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return await markdownFiles(path)
    return entry.name.endsWith('.md') ? [path] : []
  }))
  return found.flat()
}

/** The cells of a document's tables below a heading, or of all its tables; without their heads and code marks. */
async function tables (file: string, heading?: string): Promise<string[][]> {
  const document = await read(file)
  const section = heading === undefined ? document : document.split(`\n${heading}\n`)[1]?.split(/\n#+ /)[0] ?? ''
  return [...section.matchAll(/(?:^\|.*\n)+/gm)].flatMap(([text]) => text.trimEnd().split('\n').slice(2))
    .map((row) => row.slice(1, -1).split('|').map((cell) => cell.replaceAll('`', '').trim()))
}

/** What stands in code marks or in code blocks. */
function codeOf (markdown: string): string {
  return [...markdown.matchAll(/```.*\n([^]*?)```|`([^`\n]+)`/g)].map(([, block, span]) => block ?? span).join('\n')
}

function allowed ({ type, enum: values, minimum, maximum }: Variable): string {
  if (values) return values.join(', ')
  if (type === 'boolean') return 'true or false'
  return type === 'string' ? 'text' : `${minimum}–${maximum}`
}

/** The instructions of the Dockerfile, each with its arguments. */
async function dockerfile (): Promise<Array<[instruction: string, args: string]>> {
  const text = (await read('Dockerfile')).replace(/^#.*\n/gm, '').replace(/\\\n/g, ' ')
  return text.trim().split(/\n+/).map((line) => [line.split(' ', 1)[0]!, line.slice(line.indexOf(' ')).trim()])
}

/** Whether .dockerignore keeps a path out of the build; its patterns have neither `**` nor exceptions. */
async function isKeptOut (path: string): Promise<boolean> {
  const patterns = (await lines('.dockerignore')).filter((line) => line !== '')
  for (const pattern of patterns) assert.doesNotMatch(pattern, /\*\*|^[!#/]/, 'this test does not know such patterns')
  return patterns.some((pattern) => {
    const source = pattern.replace(/[.+]/g, '\\$&').replaceAll('*', '[^/]*')
    return new RegExp(`^${source}(/|$)`).test(path)
  })
}

test('docs/configuration.md describes every variable, with its default and what is allowed, and no other', async () => {
  const rows = await tables('docs/configuration.md')
  const described = new Map(rows.map(([name = '', ...cells]) => [name, cells]))
  assert.equal(described.size, rows.length, 'a variable is described twice')
  assert.deepEqual([...described.keys()].sort(), VARIABLES.map(([name]) => name).sort())
  for (const [name, schema] of VARIABLES) {
    const [byDefault, values, meaning = ''] = described.get(name)!
    assert.equal(byDefault, name === 'INFERENCE_THREADS'
      ? 'cores ÷ processes, and one more if that is several'
      : String(schema.default ?? 'none'), name)
    assert.equal(values, allowed(schema), name)
    assert.ok(meaning.length > 10, name)
  }
})

test('.env.example has every variable with its default below a line that explains it, and no other', async () => {
  const example = await lines('.env.example')
  const named = example.flatMap((line, i) => {
    const name = /^# ([A-Z_]+)=/.exec(line)?.[1]
    if (name === undefined) return []
    assert.match(example[i - 1] ?? '', /^# \S.{10,}$/, `what ${name} means`)
    return [name]
  })
  assert.deepEqual(named, VARIABLES.map(([name]) => name))

  const uncommented = parseEnv(example.map((line) => line.replace(/^# (?=[A-Z_]+=)/, '')).join('\n'))
  for (const [name, schema] of VARIABLES) {
    assert.equal(uncommented[name], name === 'INFERENCE_THREADS' ? '' : String(schema.default ?? ''), name)
  }
  assert.deepEqual(loadConfig(uncommented), loadConfig({}))
})

test('docs/api.md describes every error code with its status, and no other', async () => {
  const rows = await tables('docs/api.md', '## Errors')
  const documented = rows.map(([code, status]) => [code, Number(status)])
  assert.deepEqual(documented, Object.entries(ERRORS).map(([code, [status]]) => [code, status]))
  for (const [code, , meaning = '', advice = ''] of rows) assert.ok(meaning.length > 10 && advice.length > 10, code)
})

test('docs/api.md describes every endpoint with all fields of its replies, and no other', async () => {
  const { paths } = (await (await app()).inject('/docs/json')).json<OpenApi>()
  const endpoints = Object.entries(paths).flatMap(([path, methods]) => {
    return Object.entries(methods).map(([method, { responses }]): [string, string[]] => {
      const schema = responses['200']?.content?.['application/json']?.schema
      const fields = new Set((schema?.anyOf ?? [schema]).flatMap((one) => Object.keys(one?.properties ?? {})))
      return [`${method.toUpperCase()} ${path}`, fields.size === 0 ? ['text'] : [...fields]]
    })
  })
  const described = (await tables('docs/api.md', '## Endpoints'))
    .map(([request, , fields = '']) => [request, fields.split(', ')])
  assert.deepEqual(Object.fromEntries(described), Object.fromEntries(endpoints))
})

test('the tree in docs/architecture.md is that of src/, with a line about every file', async () => {
  const [, block = ''] = (await read('docs/architecture.md')).split('```text\nsrc/\n')
  const folders: string[] = []
  const described: string[] = []
  for (const line of block.split('\n```')[0]!.split('\n')) {
    const [, indent = '', name = '', about = ''] = /^( +)(\S+)\s*(.*)$/.exec(line) ?? []
    folders.length = indent.length / 2 - 1
    if (name.endsWith('/')) folders.push(name.slice(0, -1))
    else {
      described.push([...folders, name].join('/'))
      assert.ok(about.length > 10, name)
    }
  }
  const files = (await readdir(join(ROOT, 'src'), { recursive: true })).filter((path) => path.endsWith('.ts'))
  const present = files.map((path) => path.replaceAll(sep, '/'))
  assert.deepEqual(present.filter((path) => !described.includes(path)), [], 'not described')
  assert.deepEqual(described.filter((path) => !present.includes(path)), [], 'described, but not there')
})

test('the change log starts with what is unreleased, and its newest version is the one in package.json', async () => {
  const { version } = JSON.parse(await read('package.json')) as { version: string }
  const headings = [...(await read('CHANGELOG.md')).matchAll(/^## \[([^\]]+)\](.*)$/gm)]
    .map(([, name, date]) => [name, date])
  assert.deepEqual(headings[0], ['Unreleased', ''])
  assert.equal(headings[1]?.[0], version)
  for (const [name, date = ''] of headings.slice(1)) assert.match(date, /^ - \d{4}-\d\d-\d\d$/, name)
})

test('the README is short, and prose is wrapped', async () => {
  assert.ok(Buffer.byteLength(await read('README.md')) <= README_BYTES_MAX)
  for (const file of await markdownFiles()) {
    const prose = (await read(file)).replace(/```[^]*?```/g, (block) => block.replace(/.+/g, ''))
    for (const [i, line] of prose.split('\n').entries()) {
      // A table's row and a link cannot be wrapped.
      if (line.startsWith('|') || /^\W*\S+$/.test(line)) continue
      assert.ok(line.length <= LINE_MAX, `${file}:${i + 1} has ${line.length} characters`)
    }
  }
})

test('every npm command in the documents exists', async () => {
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> }
  const named = new Set<string>()
  for (const file of await markdownFiles()) {
    const commands = codeOf(await read(file)).matchAll(/\bnpm (?:run )?(?:--silent )?([a-z][a-z:-]*)/g)
    for (const [command, name = ''] of commands) {
      named.add(name)
      const shorthand = !command.includes(' run ')
      if (shorthand && NPM_COMMANDS.includes(name)) continue
      assert.ok(name in scripts, `${file}: ${command}`)
      if (shorthand) assert.ok(['start', 'test'].includes(name), `${file}: ${command} needs "run"`)
    }
  }
  for (const name of ['ci', 'start', 'test']) assert.ok(named.has(name), `no document names npm ${name}`)
})

test('every relative link in the documents leads to a file, and every link within one to a heading', async () => {
  const files = await markdownFiles()
  assert.ok(['README.md', 'CHANGELOG.md', join('src', 'README.md')].every((file) => files.includes(file)))
  let links = 0
  for (const file of files) {
    for (const [, target = ''] of (await read(file)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      links++
      const [path = '', anchor] = target.split('#')
      const linked = path === '' ? file : relative(ROOT, join(ROOT, dirname(file), path))
      assert.ok(existsSync(join(ROOT, linked)), `${file}: ${target}`)
      if (anchor === undefined) continue
      const headings = [...(await read(linked)).matchAll(/^#+ (.+)$/gm)]
      const anchors =
        headings.map(([, heading = '']) => heading.toLowerCase().replace(/[^\w\s-]/g, '').replaceAll(' ', '-'))
      assert.ok(anchors.includes(anchor), `${file}: ${target}`)
    }
  }
  assert.ok(links > 0)
})

test('the Dockerfile copies only what is there, and all that the compiler reads', async () => {
  const instructions = await dockerfile()
  const stages = instructions.flatMap(([name, args]) => name === 'FROM' ? [/ AS (\w+)$/.exec(args)?.[1]] : [])
  const copied: string[] = []
  for (const [, args] of instructions.filter(([name]) => name === 'COPY')) {
    const words = args.split(/\s+/)
    const from = /^--from=(.+)$/.exec(words[0]!)?.[1]
    if (from !== undefined) assert.ok(stages.includes(from), args)
    else copied.push(...words.slice(0, -1))
  }
  for (const path of copied) {
    assert.ok(existsSync(join(ROOT, path)), `${path} is missing`)
    assert.equal(await isKeptOut(path), false, `${path} is kept out by .dockerignore`)
  }
  const { include } = JSON.parse(await read('tsconfig.json')) as { include: string[] }
  for (const pattern of include) assert.ok(copied.includes(pattern.split('/')[0]!), `${pattern} is not copied`)
  for (const path of [
    '.env', '.git', 'face_data', 'node_modules', 'dist', 'models/face_recognition.onnx', 'face_server.log.1'
  ]) {
    assert.ok(await isKeptOut(path), `${path} must not get into the image`)
  }
})

test('the image runs the program of npm start, on the default port, with its data in the ' +
  'volume, and not as root', async () => {
  const instructions = new Map(await dockerfile())
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> }
  const command = (JSON.parse(instructions.get('CMD') ?? '[]') as string[]).join(' ')
  assert.ok(scripts['start']?.endsWith(`&& ${command}`), command)
  assert.ok(existsSync(join(ROOT, command.replace('node dist/', '').replace('.js', '.ts'))), command)
  assert.equal(Number(instructions.get('EXPOSE')), loadConfig({}).PORT)
  assert.equal(instructions.get('USER'), 'node')
  const check = JSON.parse(/ CMD (\[.*\])$/.exec(instructions.get('HEALTHCHECK') ?? '')?.[1] ?? '[]') as string[]
  assert.deepEqual([check[0], check[2]?.includes('/health')], ['node', true])
  const environment =
    Object.fromEntries((instructions.get('ENV') ?? '').split(' ').map((pair) => pair.split('=') as [string, string]))
  for (const name of Object.keys(environment)) assert.ok(name in ConfigSchema.properties, name)
  const config = loadConfig(environment)
  assert.equal(config.FACE_DATA_DIR, instructions.get('VOLUME'))
  assert.equal(config.LOG_FILE, 'off')
})

/** The titles of a file's tests, with strings that are broken over lines put together. */
async function titlesIn (file: string): Promise<string> {
  return (await read(file)).replace(/'\s*\+\s*\n\s*'/g, '').replaceAll("\\'", "'")
}

test('every mitigation in docs/security.md names tests that exist', async () => {
  const rows = [...await tables('docs/security.md', '## The way of a photo'),
    ...await tables('docs/security.md', '## The way of a change')]
  assert.deepEqual([...new Set(rows.map(([letter]) => letter))].sort(), ['D', 'E', 'I', 'R', 'S', 'T'])
  for (const [, threat = '', mitigation = '', tests = ''] of rows) {
    const named = [...tests.matchAll(/(test\/\S+\.test\.ts): "([^"]+)"/g)]
    if (mitigation.startsWith('**None**')) assert.deepEqual(named, [], threat)
    else assert.ok(named.length > 0, `no test for: ${threat}`)
    assert.equal(named.map(([whole]) => whole).join('; '), named.length > 0 ? tests : '', threat)
    for (const [, file = '', title = ''] of named) {
      assert.ok(existsSync(join(ROOT, file)), file)
      assert.ok((await titlesIn(file)).includes(`'${title}'`), `${file} has no test "${title}"`)
    }
  }
})

// What else is logged is checked where the tests make a server log it: test/support/log-lines.ts.
test('docs/operations.md explains every event of the store with the level that it is logged at', () => {
  const explained = explainedLines().storeEvents.map(({ start, levels }) => [start, ...levels])
  assert.deepEqual(explained.sort(), Object.entries(STORE_EVENT_LEVELS).sort())
})
