/** `npm run examples`: sends the example requests of the OpenAPI document to a server and records what it answers. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import sharp from 'sharp'
import { buildApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { portraits } from './samples.ts'
import { createExampleSender, ENTRY, type Parameter } from './send-examples.ts'

const FILE = join(import.meta.dirname, '..', 'plugins', 'openapi', 'examples.ts')
const LINE_MAX = 120
const ADMIN_KEY = 'the-key-that-examples-are-sent-with'
/** As small as faces may be, so that the document stays small. */
const WIDTH = 112

async function dataUri (portrait: Promise<Buffer>): Promise<string> {
  const small = await sharp(await portrait).resize({ width: WIDTH }).webp({ quality: 50, effort: 6 }).toBuffer()
  return `data:image/webp;base64,${small.toString('base64')}`
}

const PHOTOS = {
  anna: await dataUri(portraits.anna()),
  annaAgain: await dataUri(portraits.annaAgain()),
  stranger: await dataUri(portraits.bella())
}

const EVENT = { event_id: ENTRY.event_id }

const REQUESTS: ReadonlyArray<[operation: string, name: string, summary: string, request?: object]> = [
  ['POST /register-face', 'anna', 'A first photo of user 123', { user_id: 123, photo: PHOTOS.anna }],
  ['POST /recognize', 'user', 'Another photo of user 123', { photo: PHOTOS.annaAgain }],
  ['POST /recognize', 'stranger', 'A photo of a stranger', { photo: PHOTOS.stranger }],
  ['POST /verify', 'user', 'User 123, as claimed', { user_id: 123, photo: PHOTOS.annaAgain }],
  ['POST /verify', 'stranger', 'Somebody who claims to be user 123', { user_id: 123, photo: PHOTOS.stranger }],
  ['POST /compare', 'same', 'Two photos of one person', { photos: [PHOTOS.anna, PHOTOS.annaAgain] }],
  ['POST /compare', 'different', 'Photos of two people', { photos: [PHOTOS.anna, PHOTOS.stranger] }],
  ['POST /detect', 'portrait', 'A photo with one face', { photo: PHOTOS.stranger }],
  ['GET /status/{user_id}', 'registered', 'Somebody registered'],
  ['DELETE /face/{user_id}', 'registered', 'Somebody registered'],
  ['GET /users', 'all', 'Everybody'],
  ['GET /users/{user_id}', 'registered', 'Somebody of whom nothing is set'],
  ['PUT /users/{user_id}', 'profile', 'A name, a group and an end', {
    display_name: 'Anna Lindqvist', groups: ['day'], valid_until: '2027-07-01T00:00:00.000Z', metadata: { badge: 17 }
  }],
  ['DELETE /users/{user_id}', 'registered', 'Somebody registered'],
  ['GET /users/{user_id}/encodings', 'two', 'Of two photos'],
  ['GET /users/{user_id}/encodings/{id}', 'first', 'The oldest of them'],
  ['DELETE /users/{user_id}/encodings/{id}', 'first', 'The oldest of two'],
  ['POST /users/{user_id}/rejections', 'photo', 'Somebody who was taken for user 123', { photo: PHOTOS.stranger }],
  ['GET /users/{user_id}/rejections', 'one', 'One face'],
  ['DELETE /users/{user_id}/rejections/{id}', 'only', 'The only one'],
  ['POST /attendance/events', 'recognised', 'Somebody comes', { ...EVENT, photo: PHOTOS.annaAgain }],
  ['POST /attendance/events', 'claimed', 'Somebody whose face does not bear out the number typed', {
    ...EVENT, user_id: 123, photo: PHOTOS.stranger
  }],
  ['POST /attendance/events', 'stranger', 'A stranger', { ...EVENT, photo: PHOTOS.stranger }],
  ['POST /attendance/entries', 'arrival', 'An arrival that no kiosk has seen', ENTRY],
  ['POST /attendance/events/{event_id}/corrections', 'earlier', 'It was earlier', {
    at: '2026-11-26T07:30:00.000Z', reason: 'wrong time entered'
  }],
  ['POST /attendance/events/{event_id}/decisions', 'rejected', 'It does not count', {
    decision: 'rejected', reason: 'was not there'
  }],
  ['GET /attendance', 'kiosk', 'Of one kiosk'],
  ['GET /attendance/days', 'day', 'A day on which somebody did not sign out'],
  ['GET /attendance/present', 'one', 'One person'],
  ['POST /keys', 'kiosk', 'For a kiosk that sees one group', { name: 'main gate', role: 'kiosk', groups: ['day'] }],
  ['GET /keys', 'one', 'One key'],
  ['POST /keys/{id}/rotate', 'day', 'The old secret stays valid for a day', {}],
  ['DELETE /keys/{id}', 'kiosk', 'Of a kiosk'],
  ['POST /pairings', 'kiosk', 'For a kiosk that sees one group', { name: 'main gate', groups: ['day'] }],
  ['POST /pairings/{code}', 'kiosk', 'A valid code'],
  ['POST /session', 'administrator', 'With ADMIN_KEY'],
  ['GET /session', 'key', 'A request with ADMIN_KEY'],
  ['GET /sessions', 'one', 'One session'],
  ['DELETE /sessions/{id}', 'one', 'Of another browser'],
  ['GET /health/live', 'live', 'It does'],
  ['GET /health/ready', 'ready', 'Yes']
]

/** An answer as it may be shown: keys without their secret, which a reader would take for a live one. */
const shown = (body: string): object => JSON.parse(body, (_name, value: unknown) => (
  typeof value === 'string' ? value.replace(/^(frs_[0-9a-f]{12}_)[\w-]{43}$/, '$1…') : value
)) as object

const isName = (key: string): boolean => /^[a-z_$][\w$]*$/i.test(key)

/** The value in the style of the code: on one line if that holds it, else one member a line. */
function codeOf (value: unknown, indent: number, before: number): string {
  const photo = Object.entries(PHOTOS).find(([, text]) => text === value)?.[0]
  if (photo !== undefined) return `PHOTOS.${photo}`
  if (typeof value === 'string') return `'${value.replaceAll('\'', '\\\'')}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const isList = Array.isArray(value)
  if (Object.keys(value).length === 0) return isList ? '[]' : '{}'
  const members = (inner: number): string[] => Object.entries(value).map(([key, member]) => {
    const name = isList ? '' : `${isName(key) ? key : `'${key}'`}: `
    return name + codeOf(member, inner, inner + name.length)
  })
  const [open, close] = isList ? ['[', ']'] : ['{ ', ' }']
  const line = open + members(0).join(', ') + close
  if (!line.includes('\n') && before + line.length < LINE_MAX) return line
  const pad = ' '.repeat(indent + 2)
  const lines = members(indent + 2).map((member) => pad + member)
  return `${open.trim()}\n${lines.join(',\n')}\n${' '.repeat(indent)}${close.trim()}`
}

function base64Lines (text: string): string {
  return text.match(/.{1,100}/g)!.map((line) => `    '${line}'`).join(' +\n')
}

const dir = await mkdtemp(join(tmpdir(), 'examples-'))
const app = await buildApp(loadConfig({ ADMIN_KEY, FACE_DATA_DIR: dir, LOG_FILE: 'off' }), pino({ level: 'error' }))
try {
  await app.ready()
  const { paths } = (await app.inject('/docs/json')).json<{
    paths: Record<string, Record<string, { parameters?: Parameter[] }>>
  }>()
  const examples = createExampleSender(app, ADMIN_KEY, PHOTOS)
  const recorded: Record<string, Record<string, object>> = {}
  for (const [operation, name, summary, request] of REQUESTS) {
    const [method = '', path = ''] = operation.split(' ')
    const { parameters } = paths[path]![method.toLowerCase()]!
    const response = await examples.send({ method, path, parameters }, request)
    if (response.statusCode !== 200) throw new Error(`${operation}: ${response.body}`)
    const route = operation.replaceAll(/\{(\w+)\}/g, ':$1')
    const example = { summary, ...request && { request }, response: shown(response.body) }
    recorded[route] = { ...recorded[route], [name]: example }
  }
  const photos = Object.entries(PHOTOS).map(([name, text]) => `  ${name}:\n${base64Lines(text)}`).join(',\n')
  await writeFile(FILE, `/**
 * Recorded by \`npm run examples\`; the photos are cut out of those in the npm package @vladmandic/face-api (MIT
 * licence).
 */
export const PHOTOS = {
${photos}
}

/** An example of an operation; \`response\` is the answer to \`request\`. */
export interface Example {
  summary: string
  request?: unknown
  response: unknown
}

/** By method and route, then by name. */
export const EXAMPLES: Readonly<Record<string, Readonly<Record<string, Example>>>> = ${codeOf(recorded, 0, 88)}
`)
} finally {
  await app.close()
  await rm(dir, { recursive: true })
}
