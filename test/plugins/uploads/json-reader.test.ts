import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaceError } from '../../../src/errors.ts'
import { createJsonReader } from '../../../plugins/uploads/json-reader.ts'
import { seeded } from '../../support/seeded.ts'

const FREE = { hold: () => {}, signal: new AbortController().signal }

interface Read { body: unknown, photo: Buffer | undefined }

/** Reads a body that arrives in pieces that end at these places. */
function read (body: Buffer, cuts: readonly number[] = [], photoBytesMax = 1_000_000): Read {
  const reader = createJsonReader({ parse: JSON.parse, photoBytesMax, textBytesMax: 100_000, upload: FREE })
  const places = [0, ...[...cuts].sort((one, other) => one - other), body.length]
  for (const [i, end] of places.slice(1).entries()) reader.push(body.subarray(places[i], end))
  const parsed = reader.end() as { photo?: unknown }
  const photo = reader.photo(parsed.photo)
  return { body: parsed, photo: photo && Buffer.from(photo.take()) }
}

const bytesOf = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, i) => i * 7 + (i >> 8)))
const PHOTO = bytesOf(20_000)
const BASE64 = PHOTO.toString('base64')

test('a long photo comes out as its bytes, however its text is written', () => {
  const texts = [
    BASE64, `data:image/jpeg;base64,${BASE64}`, BASE64.replace(/=+$/, ''),
    BASE64.replaceAll('+', '-').replaceAll('/', '_'),
    BASE64.replace(/.{76}/g, '$&\r\n'), BASE64.replace(/.{4}/g, '$& '), `  ${BASE64}\n`
  ]
  for (const text of texts) {
    // As PHP writes it, and with everything escaped.
    const literals = [
      JSON.stringify(text), JSON.stringify(text).replaceAll('/', '\\/'),
      `"${[...text].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`
    ]
    for (const literal of literals) {
      const body = Buffer.from(`{"user_id":7,"photo":${literal},"note":"short"}`)
      const { body: rest, photo } = read(body)
      assert.ok(photo?.equals(PHOTO), literal.slice(0, 40))
      assert.deepEqual({ ...rest as object, photo: '' }, { user_id: 7, photo: '', note: 'short' })
    }
  }
})

test('wherever a body is cut into pieces, it says the same', (t) => {
  const random = seeded(t)
  for (let round = 0; round < 300; round++) {
    const photo = bytesOf(random.below(12_001))
    const text = random.of(['', 'data:image/png;base64,']) + photo.toString('base64')
    const escaped = random.of([(literal: string) => literal, (literal: string) => literal.replaceAll('/', '\\/')])
    const key = random.of(['"photo"', '"\\u0070hoto"', '"note"'])
    const long = JSON.stringify(random.of(['long prose, "quoted" \\ and \u{1F600} '.repeat(random.below(401)), text]))
    const body = Buffer.from(`{"a":[1,{"b":${long}}],${key}:${escaped(JSON.stringify(text))},"c":"\\\\"}`)
    const cuts = Array.from({ length: random.below(41) }, () => random.below(body.length + 1))
    const whole = JSON.parse(String(body)) as { photo?: string }
    const found = read(body, cuts)
    const isLong = JSON.stringify(whole.photo ?? '').length > 5_000
    if (isLong) assert.ok(found.photo?.equals(photo), `round ${round}`)
    assert.deepEqual(Object.keys(found.body as object), Object.keys(whole), `round ${round}`)
    if (body.length < 4_000) assert.deepEqual(found.body, whole, `round ${round}`)
  }
})

test('of several photos the last counts, as in any JSON, and a long text elsewhere does not have to be one', () => {
  const other = bytesOf(9_000).toString('base64')
  const body = Buffer.from(JSON.stringify({ note: 'no base64! '.repeat(1_000) }).slice(0, -1) +
    `,"photo":"${other}","photo":"${BASE64}","user_id":"${other}"}`)
  const { body: rest, photo } = read(body)
  assert.ok(photo?.equals(PHOTO))
  assert.doesNotMatch(String((rest as { user_id: string }).user_id), /^[A-Za-z0-9_.@-]{1,64}$/)
})

test('a photo of more bytes than allowed, one that is no base64, and what is no JSON are refused', () => {
  const photo = (text: string): Buffer => Buffer.from(`{"photo":"${text}"}`)
  assert.ok(read(photo(BASE64), [], PHOTO.length).photo)
  assert.throws(() => read(photo(BASE64), [], PHOTO.length - 1), { code: 'PAYLOAD_TOO_LARGE' })
  for (const bad of [
    `${BASE64}A=A`, `${BASE64.slice(0, 8_000)}!${BASE64.slice(8_001)}`, `data:image/jpeg,${BASE64}`, `=${BASE64}`,
    BASE64.slice(0, -3)
  ]) {
    assert.throws(() => read(photo(bad)), { code: 'INVALID_REQUEST', message: /^photo: / }, bad.slice(-10))
  }
  for (const bad of [`${BASE64}\n`, `${BASE64}\\x`, `${BASE64}\\u12`, `${BASE64}\\`]) {
    assert.throws(() => read(photo(bad)), (err) =>
      err instanceof SyntaxError || (err instanceof FaceError && err.code === 'INVALID_REQUEST'))
  }
  assert.throws(() => read(Buffer.from(`{"photo":"${BASE64}`)), { code: 'INVALID_REQUEST' })
  assert.throws(() => read(Buffer.from(`[${'1,'.repeat(60_000)}1]`)), { code: 'PAYLOAD_TOO_LARGE' })
})
