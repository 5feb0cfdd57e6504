/** `npm run examples`: sends the example requests of the OpenAPI document to a server and records what it answers. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import sharp from 'sharp'
import { buildApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { portraits } from './samples.ts'

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

/** In this order: a registration comes before what needs it. */
const REQUESTS: ReadonlyArray<[route: string, name: string, summary: string, request?: object]> = [
  ['POST /register-face', 'anna', 'A first photo of user 123', { user_id: 123, photo: PHOTOS.anna }],
  ['POST /recognize', 'user', 'Another photo of user 123', { photo: PHOTOS.annaAgain }],
  ['POST /recognize', 'stranger', 'A photo of a stranger', { photo: PHOTOS.stranger }],
  ['POST /verify', 'user', 'User 123, as claimed', { user_id: 123, photo: PHOTOS.annaAgain }],
  ['POST /verify', 'stranger', 'Somebody who claims to be user 123', { user_id: 123, photo: PHOTOS.stranger }],
  ['POST /compare', 'same', 'Two photos of one person', { photos: [PHOTOS.anna, PHOTOS.annaAgain] }],
  ['POST /compare', 'different', 'Photos of two people', { photos: [PHOTOS.anna, PHOTOS.stranger] }],
  ['POST /detect', 'portrait', 'A photo with one face', { photo: PHOTOS.stranger }],
  ['GET /status/:user_id', 'registered', 'Somebody registered'],
  ['GET /users', 'all', 'Everybody'],
  ['GET /users/:user_id', 'registered', 'Somebody of whom nothing is set'],
  ['PUT /users/:user_id', 'profile', 'A name, a group and an end', {
    display_name: 'Anna Lindqvist', groups: ['day'], valid_until: '2027-07-01T00:00:00.000Z', metadata: { badge: 17 }
  }],
  ['DELETE /face/:user_id', 'registered', 'Somebody registered']
]

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
  const recorded: Record<string, Record<string, object>> = {}
  for (const [route, name, summary, request] of REQUESTS) {
    const [method = '', url = ''] = route.split(' ')
    const response = await app.inject({
      method: method as 'GET',
      url: url.replace(':user_id', '123'),
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
      ...request && { payload: request }
    })
    if (response.statusCode !== 200) throw new Error(`${route}: ${response.body}`)
    const example = { summary, ...request && { request }, response: response.json<object>() }
    recorded[route] = { ...recorded[route], [name]: example }
  }
  const photos = Object.entries(PHOTOS).map(([name, text]) => `  ${name}:\n${base64Lines(text)}`).join(',\n')
  await writeFile(FILE, `/**
 * Recorded by \`npm run examples\`; the photos are cut out of those in the npm package @vladmandic/face-api (MIT
 * licence).
 */
const PHOTOS = {
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
