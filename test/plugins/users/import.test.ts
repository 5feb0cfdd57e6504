import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { TextReader, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import sharp from 'sharp'
import { PEOPLE_MAX } from '../../../src/users/import/people-list.ts'
import { multipart } from '../../form.ts'
import { eventually, startApp } from '../../helper.ts'
import { dataUri, portraits } from '../../photos.ts'

const ADMIN_KEY = 'a-key-for-the-tests-of-imports'
const authorization = `Bearer ${ADMIN_KEY}`

type Line = Record<string, unknown>

const send = (app: FastifyInstance, { headers, ...options }: InjectOptions): Promise<LightMyRequestResponse> =>
  app.inject({ method: 'POST', url: '/users/import', ...options, headers: { authorization, ...headers } })

/** The lines of the report and what the last one says. */
function reportOf (response: LightMyRequestResponse): { lines: Line[], last: Line } {
  assert.equal(response.statusCode, 200, response.body)
  assert.equal(response.headers['content-type'], 'application/x-ndjson')
  const lines = response.body.trimEnd().split('\n').map((line) => JSON.parse(line) as Line)
  const last = lines.pop()!
  return { lines: lines.sort((one, other) => Number(one['row']) - Number(other['row'])), last }
}

const user = async (app: FastifyInstance, id: string): Promise<Line> =>
  (await app.inject({ url: `/users/${id}`, headers: { authorization } })).json()

const withoutNumbers = (line: Line): Line =>
  Object.fromEntries(Object.entries(line).filter(([name]) => !['quality', 'message'].includes(name)))

async function zip (files: Record<string, Buffer | string>): Promise<Buffer> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false })
  for (const [name, content] of Object.entries(files)) {
    const reader = typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content)
    await writer.add(name, reader as Uint8ArrayReader)
  }
  return Buffer.from(await writer.close())
}

const sendZip = (app: FastifyInstance, payload: Buffer): Promise<LightMyRequestResponse> =>
  send(app, { payload, headers: { 'content-type': 'application/zip' } })

test('people of a list are registered with the photos of the form, once, however often it is sent', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const people = [
    'user_id,photo,display_name,groups,valid_until,metadata',
    '7,anna.jpg,"Lindqvist, Anna",day; night,2999-01-01T00:00:00+01:00,"{""badge"":1}"',
    '7,again.jpg,,,,',
    'b@x,bella.jpg,Bella,,,',
    '8,grey.jpg,Nobody,,,',
    '9,gone.jpg,,,,',
    '../x,anna.jpg,,,,',
    '10,,No photo,,,',
    'c,carla.jpg,Carla,,yesterday,'
  ].join('\r\n')
  const grey = await sharp({ create: { width: 200, height: 200, channels: 3, background: 'grey' } }).jpeg().toBuffer()
  const form = multipart('/users/import', {
    anna: await portraits.anna(),
    bella: await portraits.bella(),
    // The list may come anywhere.
    people,
    again: await portraits.annaAgain(),
    grey,
    carla: await portraits.anna()
  })
  const first = reportOf(await send(app, form))
  assert.deepEqual(first.lines.map(withoutNumbers), [
    { row: 1, user_id: 7, photo: 'anna.jpg', outcome: 'registered', encoding_count: 1 },
    { row: 2, user_id: 7, photo: 'again.jpg', outcome: 'registered', encoding_count: 2 },
    { row: 3, user_id: 'b@x', photo: 'bella.jpg', outcome: 'registered', encoding_count: 1 },
    { row: 4, user_id: 8, photo: 'grey.jpg', outcome: 'refused', code: 'NO_FACE' },
    { row: 5, user_id: null, photo: 'gone.jpg', outcome: 'refused', code: 'INVALID_REQUEST' },
    { row: 6, user_id: null, photo: 'anna.jpg', outcome: 'refused', code: 'INVALID_REQUEST' },
    { row: 7, user_id: 10, photo: null, outcome: 'refused', code: 'USER_NOT_FOUND' },
    { row: 8, user_id: null, photo: 'carla.jpg', outcome: 'refused', code: 'INVALID_REQUEST' }
  ])
  assert.deepEqual(first.last, { done: true, registered: 3, updated: 0, unchanged: 0, refused: 5 })
  for (const { outcome, quality, message } of first.lines) {
    if (outcome === 'refused') assert.ok(String(message).length > 10)
    else assert.ok(Number(quality) > 0.8)
  }
  const { updated_at: _, ...anna } = await user(app, '7')
  assert.deepEqual(anna, {
    success: true,
    user_id: 7,
    display_name: 'Lindqvist, Anna',
    groups: ['day', 'night'],
    valid_from: null,
    valid_until: '2998-12-31T23:00:00.000Z',
    consent_id: null,
    metadata: { badge: 1 },
    encoding_count: 2
  })

  const again = reportOf(await send(app, form))
  assert.deepEqual(again.lines.slice(0, 3).map(({ outcome, encoding_count: count }) => [outcome, count]), [
    ['unchanged', 2], ['unchanged', 2], ['unchanged', 1]
  ])
  const renamed = reportOf(await send(app, multipart('/users/import', {
    people: '{"user_id":7,"display_name":"Anna"}\n{"user_id":"b@x","groups":["day"],"display_name":null}\n[]\n'
  })))
  assert.deepEqual(renamed.lines.map(({ outcome }) => outcome), ['updated', 'updated', 'refused'])
  for (const [id, name, groups] of [['7', 'Anna', ['day', 'night']], ['b@x', 'Bella', ['day']]] as const) {
    const { display_name: now, groups: nowIn } = await user(app, id)
    assert.deepEqual([now, nowIn], [name, groups])
  }
  assert.deepEqual((await readdir(app.config.FACE_DATA_DIR)).filter((name) => name.startsWith('.')), [])
})

test('lines of JSON have their photos with them', async (t) => {
  const app = await startApp(t, { ADMIN_KEY, MAX_IMAGE_BYTES: '100000' })
  const anna = await portraits.anna()
  const large = Buffer.concat([anna, Buffer.alloc(100_001 - anna.length)])
  const lines = [
    JSON.stringify({ user_id: 7, photo: dataUri(anna), display_name: 'Anna' }),
    '',
    JSON.stringify({ user_id: 8, photo: large.toString('base64') }),
    JSON.stringify({ user_id: 9, photo: 'x'.repeat(300_000) }),
    '{"user_id":',
    JSON.stringify({ user_id: 10, photo: 'no base64!' }),
    JSON.stringify({ user_id: 'b', photo: (await portraits.bella()).toString('base64') })
  ]
  const { lines: report, last } = reportOf(await send(app, {
    payload: lines.join('\n'), headers: { 'content-type': 'application/x-ndjson' }
  }))
  assert.deepEqual(report.map(({ user_id: id, outcome, code }) => [id, outcome, code]), [
    [7, 'registered', undefined],
    [null, 'refused', 'PAYLOAD_TOO_LARGE'],
    [null, 'refused', 'PAYLOAD_TOO_LARGE'],
    [null, 'refused', 'INVALID_REQUEST'],
    [null, 'refused', 'INVALID_REQUEST'],
    ['b', 'registered', undefined]
  ])
  assert.deepEqual([last['done'], last['registered']], [true, 2])
})

test('a ZIP file has photos by its list, or by their names', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  const [anna, again, bella] = [await portraits.anna(), await portraits.annaAgain(), await portraits.bella()]
  const listed = reportOf(await sendZip(app, await zip({
    'school/photos/1.jpg': anna,
    'school/people.csv': 'user_id;photo;display_name\n7;photos/1.jpg;Anna\n8;photos/2.jpg;Nobody\n',
    '__MACOSX/school/._people.csv': 'x',
    'school/.hidden.csv': 'x'
  })))
  assert.deepEqual(listed.lines.map(({ user_id: id, outcome, code }) => [id, outcome, code]), [
    [7, 'registered', undefined], [null, 'refused', 'INVALID_REQUEST']
  ])
  const named = reportOf(await sendZip(app, await zip({
    '7/anna.jpg': anna,
    '7/b.jpg': again,
    'bella.jpg': bella,
    'a/b/c.jpg': anna,
    'unknown.jpg': anna
  })))
  assert.deepEqual(named.lines.map(({ photo, outcome }) => [photo, outcome]), [
    ['7/anna.jpg', 'unchanged'], ['7/b.jpg', 'registered'], ['a/b/c.jpg', 'refused'], ['bella.jpg', 'registered'],
    ['unknown.jpg', 'refused']
  ])
})

test('a ZIP file that is damaged, or unpacks to more than it may, is refused', async (t) => {
  const app = await startApp(t, { ADMIN_KEY, MAX_IMAGE_BYTES: '100000' })
  const anna = await portraits.anna()
  const bomb = await zip({ '7.jpg': Buffer.alloc(100_001), '8.jpg': Buffer.alloc(100_000), 'a.jpg': anna })
  assert.ok(bomb.length < 60_000)
  const { lines } = reportOf(await sendZip(app, bomb))
  assert.deepEqual(lines.map(({ photo, outcome, code }) => [photo, outcome, code]), [
    ['7.jpg', 'refused', 'PAYLOAD_TOO_LARGE'], ['8.jpg', 'refused', 'UNSUPPORTED_IMAGE'],
    ['a.jpg', 'registered', undefined]
  ])
  // An entry that claims to be small.
  const liar = await zip({ '9.jpg': Buffer.alloc(90_000) })
  const size = Buffer.alloc(4)
  size.writeUInt32LE(90_000)
  for (let at = liar.indexOf(size); at !== -1; at = liar.indexOf(size, at + 1)) liar.writeUInt32LE(100, at)
  const lied = reportOf(await sendZip(app, liar))
  assert.deepEqual(lied.lines.map(({ outcome }) => outcome), ['refused'])
  for (const damaged of [
    Buffer.from('no ZIP file'), Buffer.alloc(0), bomb.subarray(0, 500),
    await zip({}), await zip({ '../../7.jpg': anna }), await zip({ 'a.csv': 'user_id\n1', 'b.csv': 'user_id\n1' })
  ]) {
    const refused = await sendZip(app, damaged)
    assert.deepEqual([refused.statusCode, refused.json().code], [400, 'INVALID_REQUEST'])
  }
})

test('an import has limits, which are checked before anybody is imported', async (t) => {
  const app = await startApp(t, { ADMIN_KEY, IMPORT_BYTES_MAX: '200000' })
  const list = (people: number): string => `user_id\n${Array.from({ length: people }, (_, i) => i).join('\n')}`
  const form = (people: string): InjectOptions => multipart('/users/import', { people })
  const { last } = reportOf(await send(app, form(list(PEOPLE_MAX))))
  assert.deepEqual(last, { done: true, registered: 0, updated: 0, unchanged: 0, refused: PEOPLE_MAX })
  const lines = (bytes: number): InjectOptions => ({
    payload: `{"user_id":1,"note":"${'x'.repeat(bytes - 24)}"}\n`, headers: { 'content-type': 'application/x-ndjson' }
  })
  assert.equal(Buffer.byteLength(String(lines(200_000).payload)), 200_000)
  assert.equal((await send(app, lines(200_000))).statusCode, 200)
  for (const [request, code] of [
    [form(list(PEOPLE_MAX + 1)), 'PAYLOAD_TOO_LARGE'],
    [lines(200_001), 'PAYLOAD_TOO_LARGE'],
    [multipart('/users/import', { anna: 'x' }), 'INVALID_REQUEST'],
    [form('name\nAnna'), 'INVALID_REQUEST'],
    [form(''), 'INVALID_REQUEST'],
    [form('user_id,"x\n1,2'), 'INVALID_REQUEST'],
    [{ payload: 'x', headers: { 'content-type': 'multipart/form-data' } }, 'INVALID_REQUEST'],
    [{ payload: '', headers: { 'content-type': 'application/x-ndjson' } }, 'INVALID_REQUEST'],
    [{ payload: 'user_id\n1', headers: { 'content-type': 'text/csv' } }, 'UNSUPPORTED_MEDIA_TYPE'],
    [{ ...form('user_id\n1'), headers: { ...form('').headers, 'idempotency-key': 'k' } }, 'INVALID_REQUEST']
  ] as Array<[InjectOptions, string]>) {
    const refused = await send(app, request)
    assert.equal(refused.json().code, code, refused.body)
  }
})

test('an upload may take longer than other requests, is alone, and leaves nothing if it ends half-way', async (t) => {
  const app = await startApp(t, { ADMIN_KEY })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const upload = (): ReturnType<typeof httpRequest> => httpRequest({
    port,
    method: 'POST',
    path: '/users/import',
    agent: false,
    headers: { authorization, 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' }
  })
  app.server.requestTimeout = 1

  const slow = upload()
  slow.write('{"user_id":1,')
  /** The answer to one who would not be served anyway. */
  const ask = (): Promise<LightMyRequestResponse> =>
    send(app, { payload: 'x', headers: { 'content-type': 'text/csv' } })
  const isBusy = async (): Promise<boolean> => (await ask()).statusCode === 503
  await eventually(isBusy)
  assert.equal((await ask()).headers['retry-after'], '10')
  // Node looks for requests that are too slow once a second.
  const other = httpRequest({ port, method: 'POST', path: '/recognize', headers: { 'content-type': 'image/jpeg' } })
  other.write('x')
  const [late] = await once(other, 'response')
  assert.equal(late.statusCode, 408)
  slow.end('"display_name":"x"}\n')
  const [response] = await once(slow, 'response')
  assert.equal(response.statusCode, 200)
  const [line] = await once(response.setEncoding('utf8'), 'data') as [string]
  assert.equal(JSON.parse(line.split('\n')[0]!).code, 'USER_NOT_FOUND')

  const given = upload().on('error', () => {})
  given.write('{"user_id":1,')
  await eventually(isBusy)
  given.destroy()
  await eventually(async () => !await isBusy())
})
