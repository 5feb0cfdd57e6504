import type { Random } from '../support/seeded.ts'

/** A request that may be wrong in any way. */
export interface FuzzRequest {
  /** What was done to it, for the report. */
  what: string
  method: string
  path: string
  headers: Array<[name: string, value: string]>
  body: Buffer
  /** How the body is sent; a broken one need not be answered. */
  framing: (body: Buffer) => { headers: Array<[string, string]>, parts: Buffer[], isBroken: boolean }
}

/** What mutations are made of. */
export interface Material { photos: readonly Buffer[], formats: readonly Buffer[] }

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const STRANGE_TEXTS = [
  '', ' ', '\0', 'unknown', '..', '../../etc/passwd', '%00', '%2e%2e%2f', '\u202e', '\ud800', '\ufeff', 'é', '😀',
  '__proto__',
  'constructor', 'toString', 'null', 'NaN', '-0', '1e3', '0x7', '007', '+7', '9007199254740993', 'x'.repeat(65),
  'x'.repeat(100_000), '$ne', '{"$gt":""}', '\'; DROP TABLE face_users; --', '<script>', 'a\r\nx-injected: 1'
]
const STRANGE_NUMBERS = [
  '0', '-0', '1e999', '-1e999', '1e-999', '9007199254740993', `${'9'.repeat(400)}`, '1.5', '0.1e1', '01', '+1', '-'
]
const STRANGE_TYPES = [
  'Application/JSON', 'application/json; charset=utf-16', 'application/json; charset=bogus', 'application/json;',
  'text/plain',
  'application/x-www-form-urlencoded', 'image/', 'image/*', 'image/svg+xml', 'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/mixed; boundary=b', '', ';', 'a/b/c', 'application/octet-stream'
]

/** Changes some bytes, cuts, doubles or moves pieces. */
export function mutateBytes (random: Random, bytes: Buffer, other: Buffer): Buffer {
  const at = random.below(bytes.length + 1)
  const length = 1 + random.below(random.of([4, 64, 4096]))
  const piece = bytes.subarray(at, at + length)
  switch (random.below(8)) {
    case 0: return bytes.subarray(0, at)
    case 1: return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
    case 2: return Buffer.concat([bytes.subarray(0, at), piece, piece, bytes.subarray(at + length)])
    case 3: return Buffer.concat([bytes.subarray(0, at), random.bytes(Math.min(length, 512)), bytes.subarray(at)])
    case 4: return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))])
    case 5: return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(length), bytes.subarray(at + length)])
    default: {
      const copy = Buffer.from(bytes)
      for (let flips = 1 + random.below(16); flips > 0 && copy.length > 0; flips--) {
        // Most of what decides lies in the first bytes.
        copy[random.below(random() < 0.5 ? Math.min(copy.length, 600) : copy.length)]! ^= 1 << random.below(8)
      }
      return copy
    }
  }
}

/** A photo with sizes that are not its own: the number behind a marker of JPEG, PNG, GIF or WebP. */
function resizeHeader (random: Random, photo: Buffer): Buffer {
  const copy = Buffer.from(photo)
  const sides = [0, 1, 39, 65_535, 16_383, random.below(65_536)]
  const [width, height] = [random.of(sides), random.of(sides)]
  if (copy[0] === 0xff) {
    const frame = [0xc0, 0xc2].map((marker) => copy.indexOf(Buffer.of(0xff, marker))).find((index) => index > 0)
    if (frame !== undefined && frame + 9 < copy.length) copy.writeUInt32BE((height << 16 | width) >>> 0, frame + 5)
  } else if (copy[0] === 0x89 && copy.length > 24) {
    copy.writeUInt32BE(width, 16)
    copy.writeUInt32BE(height, 20)
  } else if (copy[0] === 0x47 && copy.length > 10) {
    copy.writeUInt16LE(width, 6)
    copy.writeUInt16LE(height, 8)
  } else if (copy[0] === 0x52 && copy.length > 30) {
    copy.writeUInt32LE((height << 16 | width) >>> 0, 26)
  }
  return copy
}

function photo (random: Random, { photos, formats }: Material): Buffer {
  const whole = random() < 0.5 ? random.of(photos) : random.of(formats)
  let bytes = random() < 0.2 ? resizeHeader(random, whole) : whole
  for (let times = random.below(4); times > 0; times--) bytes = mutateBytes(random, bytes, random.of(formats))
  return bytes
}

function json (random: Random, depth = 0): Json {
  const kind = random.below(depth > 3 ? 5 : 7)
  if (kind === 0) return null
  if (kind === 1) return random() < 0.5
  if (kind === 2) return random() * 10 ** random.below(20) * (random() < 0.5 ? -1 : 1)
  if (kind < 5) return random.of(STRANGE_TEXTS)
  const length = random.below(5)
  if (kind === 5) return Array.from({ length }, () => json(random, depth + 1))
  return Object.fromEntries(Array.from({ length }, () => [random.of(STRANGE_TEXTS), json(random, depth + 1)]))
}

function photoText (random: Random, bytes: Buffer): string {
  const text = bytes.toString(random.of(['base64', 'base64', 'base64', 'base64url', 'hex'] as const))
  const at = random.below(text.length + 1)
  switch (random.below(9)) {
    case 0: return text
    case 1: return `data:text/html;base64,${text}`
    case 2: return `data:image/jpeg;charset=utf-8;base64,${text}`
    case 3: return `data:image/jpeg,${text}`
    case 4: return `data:;base64,${text}`
    case 5: return text.slice(0, at) + random.of(['=', '!', ' ', '\n', '\0', 'é', '==', '-_']) + text.slice(at)
    case 6: return text.slice(0, at)
    default: return `data:image/jpeg;base64,${text}`
  }
}

function jsonBody (random: Random, material: Material, userId: string): { what: string, body: Buffer } {
  const text = JSON.stringify({ user_id: userId, photo: photoText(random, photo(random, material)) })
  const whole = Buffer.from(text)
  const field = (value: string): Buffer => Buffer.from(`${text.slice(0, -1)},${value}}`)
  const depth = 10 ** (1 + random.below(5))
  switch (random.below(12)) {
    case 0: return { what: 'cut', body: whole.subarray(0, random.below(whole.length)) }
    case 1: return {
      what: 'doubled field',
      body: field(`${JSON.stringify(random.of(['photo', 'user_id']))}:${JSON.stringify(json(random))}`)
    }
    case 2: return { what: 'nested', body: Buffer.from(random() < 0.5 ? '['.repeat(depth) : '{"photo":'.repeat(depth)) }
    case 3: return { what: 'nested whole', body: Buffer.from(`{"photo":${'['.repeat(depth)}${']'.repeat(depth)}}`) }
    case 4: return { what: 'number', body: Buffer.from(`{"user_id":${random.of(STRANGE_NUMBERS)},"photo":"x"}`) }
    case 5: return {
      what: 'prototype',
      body: field(random.of([
        '"__proto__":{"photo":"x"}', '"constructor":{"prototype":{"x":1}}', '"\\u005f_proto__":1'
      ]))
    }
    case 6: return {
      what: 'unicode', body: field(random.of(['"a":"\\ud800"', '"a":"\\uZZZZ"', '"\\ud800\\udc00":1', '"a":"\\u0000"']))
    }
    case 7: return {
      what: 'not UTF-8', body: Buffer.concat([whole.subarray(0, -1), Buffer.from(',"a":"\xff\xfe\xc0\x80"}', 'latin1')])
    }
    case 8: return { what: 'byte order mark', body: Buffer.concat([Buffer.from('\ufeff'), whole]) }
    case 9: return { what: 'any JSON', body: Buffer.from(JSON.stringify(json(random))) }
    case 10: return {
      what: 'any fields',
      body: Buffer.from(JSON.stringify({ user_id: json(random), photo: json(random), replace: json(random) }))
    }
    default: return { what: 'bytes', body: mutateBytes(random, whole, whole) }
  }
}

function formBody (random: Random, material: Material, userId: string): { what: string, type: string, body: Buffer } {
  const boundary = random.of(['b', 'b'.repeat(70), 'b'.repeat(300), '-', '\'()+_,-./:=?', '"quoted b"'])
  const newline = random() < 0.1 ? '\n' : '\r\n'
  const disposition = random.of([
    'form-data; name="photo"; filename="a.jpg"', 'form-data; name="photo"', 'form-data; name=photo; filename=a',
    'form-data; name="photo"; filename="../../a\0.jpg"', 'form-data; name="photo"; filename*=utf-8\'\'%ff%00',
    'form-data',
    'form-data; name="__proto__"; filename="a"', 'attachment; name="photo"', '',
    `form-data; name="${'n'.repeat(5_000)}"`
  ])
  const part = (head: string, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from(`--${boundary}${newline}${head}${newline}${newline}`), content, Buffer.from(newline)])
  const field = (name: string, value: string): Buffer =>
    part(`content-disposition: form-data; name="${name}"`, Buffer.from(value))
  const file = part(`content-disposition: ${disposition}${newline}content-type: ` +
    `${random.of(['image/jpeg', 'text/plain', '', ...STRANGE_TYPES])}`, photo(random, material))
  const pieces = [field('user_id', random() < 0.7 ? userId : random.of(STRANGE_TEXTS)), file]
  const what: string[] = []
  const named = random() < 0.9 ? boundary : random.of(['other', '', boundary.slice(1)])
  if (random() < 0.2) { pieces.push(file); what.push('doubled file') }
  if (random() < 0.05) { pieces.push(...Array.from({ length: 12 }, () => file)); what.push('many files') }
  if (random() < 0.2) {
    pieces.push(field(random.of(STRANGE_TEXTS.slice(0, 20)), random.of(STRANGE_TEXTS)))
    what.push('strange field')
  }
  if (random() < 0.1) {
    pieces.push(...Array.from({ length: 2_000 }, (_, i) => field(`f${i}`, 'x')))
    what.push('many fields')
  }
  if (random() < 0.1) {
    pieces.push(
      part(`content-disposition: form-data; name="n"${newline}content-type: multipart/mixed; boundary=${named}`, file)
    )
    what.push('form in a form')
  }
  if (random() < 0.1) { pieces.reverse(); what.push('file first') }
  if (random() < 0.1) { pieces.unshift(Buffer.from(`preamble${newline}`)); what.push('preamble') }
  if (random() < 0.8) pieces.push(Buffer.from(`--${boundary}--${newline}`))
  else what.push('never closed')
  let body: Buffer = Buffer.concat(pieces)
  if (random() < 0.2) { body = mutateBytes(random, body, body); what.push('bytes') }
  return { what: what.join(', ') || 'form', type: `multipart/form-data; boundary=${named}`, body }
}

/** Ways to say how long a body is. */
function framing (random: Random): FuzzRequest['framing'] {
  const whole: FuzzRequest['framing'] = (body) =>
    ({ headers: [['content-length', String(body.length)]], parts: split(random, body), isBroken: false })
  const chunk = (body: Buffer, size = body.length.toString(16)): Buffer =>
    Buffer.concat([Buffer.from(`${size}\r\n`), body, Buffer.from('\r\n')])
  const end = Buffer.from('0\r\n\r\n')
  const chunked = (
    headers: Array<[string, string]>, parts: Buffer[], isBroken: boolean
  ): ReturnType<FuzzRequest['framing']> =>
    ({ headers: [['transfer-encoding', 'chunked'], ...headers], parts, isBroken })
  switch (random.below(24)) {
    case 0: return (body) => chunked([], [chunk(body.length ? body : Buffer.from(' ')), end], false)
    case 1: return (body) => chunked([], [chunk(body, `${body.length.toString(16)};a=b;c="d"`), end], false)
    case 2: return (body) =>
      chunked([], [chunk(body, random.of(['-1', 'FFFFFFFFFFFFFFFFF', 'x', '', '0x10', ' 5'])), end], true)
    case 3: return (body) => chunked([], [chunk(body)], true)
    case 4: return (body) => chunked([], [chunk(body), Buffer.from('0\r\nx-trailer: 1\r\n\r\n')], false)
    case 5: return (body) => chunked([['content-length', String(body.length)]], [chunk(body), end], true)
    case 6: return (body) => ({
      headers: [['content-length', String(body.length + 1 + random.below(1000))]], parts: [body], isBroken: true
    })
    case 7: return (body) => ({
      headers: [['content-length', String(random.below(body.length + 1))]], parts: [body], isBroken: true
    })
    case 8: return (body) => ({
      headers: [['content-length', random.of(['-1', '1e3', '', 'x', '99999999999999999999', '+5'])]],
      parts: [body],
      isBroken: true
    })
    case 9: return (body) => ({
      headers: [['content-length', String(body.length)], ['content-length', '3']], parts: [body], isBroken: true
    })
    case 10: return (body) => ({ headers: [], parts: [body], isBroken: true })
    case 11: return (body) => ({
      headers: [['content-length', String(body.length)], ['expect', '100-continue']],
      parts: [body],
      isBroken: false
    })
    default: return whole
  }
}

function split (random: Random, body: Buffer): Buffer[] {
  const cuts = Array.from({ length: random.below(4) }, () => random.below(body.length + 1)).sort((a, b) => a - b)
  return [0, ...cuts].map((from, i) => body.subarray(from, cuts[i] ?? body.length))
}

/** Other endpoints that take photos. */
const PHOTO_PATHS = ['/recognize', '/recognize?faces=all&top_k=3', '/detect?max_faces=3', '/verify', '/compare']

/** A request made of a right one. `userId` is who is registered by it, if anybody is; `key` is shown elsewhere. */
export function createRequest (random: Random, material: Material, userId: string, key: string): FuzzRequest {
  const isRegistration = random() < 0.5
  const path = isRegistration ? '/register-face' : random.of(PHOTO_PATHS)
  const about = { method: 'POST', framing: framing(random) }
  const headersOf = (type: string): FuzzRequest['headers'] => (
    isRegistration ? [['content-type', type]] : [['x-api-key', key], ['content-type', type]]
  )
  switch (random.below(8)) {
    case 0: case 1: {
      const { what, body } = jsonBody(random, material, userId)
      const type = random() < 0.9 ? 'application/json' : random.of(STRANGE_TYPES)
      return { ...about, what: `JSON: ${what}`, path, headers: headersOf(type), body }
    }
    case 2: case 3: {
      const { what, type, body } = formBody(random, material, userId)
      return { ...about, what: `form: ${what}`, path, headers: headersOf(type), body }
    }
    case 4: {
      const segment = encodeURIComponent(random.of(STRANGE_TEXTS).slice(0, 2_000).replace(/[\ud800-\udfff]/g, ''))
      const [method, prefix] = random.of([
        ['GET', '/status/'], ['DELETE', '/face/'], ['GET', '/'], ['PUT', '/recognize'], ['OPTIONS', '/recognize'],
        ['GET', '/stats?']
      ])
      const strange = random.of([segment, '%ZZ', '%', 'a/b', `x?${segment}=${segment}`, '?user_id=1&user_id=2', '#'])
      return {
        ...about,
        what: 'address',
        method: method!,
        path: `${prefix}${strange}`,
        headers: [],
        body: Buffer.alloc(0),
        framing: () => ({ headers: [], parts: [], isBroken: false })
      }
    }
    default: {
      const query = isRegistration
        ? `?user_id=${random() < 0.8 ? userId : random.of(['', '%00', '..', '1&user_id=2', 'unknown'])}`
        : ''
      const type = random() < 0.9 ? 'image/jpeg' : random.of(STRANGE_TYPES)
      return {
        ...about, what: 'photo', path: path + query, headers: headersOf(type), body: photo(random, material)
      }
    }
  }
}

const STRANGE_HEADERS: Array<[string, string]> = [
  ['x-request-id', 'a'.repeat(300)], ['x-request-id', '\u00ff'], ['traceparent', '00-0-0-0'],
  ['accept-encoding', 'br;q=2'],
  ['content-encoding', 'gzip'], ['authorization', 'Bearer'], ['authorization', 'Basic eDp5'], ['origin', 'null'],
  ['connection', 'upgrade'],
  ['x-forwarded-for', '::ffff:999.1.1.1, x'], ['accept', 'image/*'], ['if-none-match', '*'], ['range', 'bytes=0-1'],
  ['x', '']
]

/** Lines that are no HTTP, and may be closed without an answer. */
const BROKEN_LINES = [
  'no colon', ' folded', 'a\u0000b: 1', ': 1', `big: ${'x'.repeat(20_000)}`, 'transfer-encoding: gzip, chunked',
  'upgrade: h2c'
]

/**
 * The bytes of the request, and whether it is broken as HTTP so that the connection may be closed without an answer.
 */
export function encodeRequest (random: Random, request: FuzzRequest): { parts: Buffer[], isBroken: boolean } {
  const { headers, parts, isBroken } = request.framing(request.body)
  const lines =
    [['host', 'localhost'], ['connection', 'close'], ...request.headers, ...headers].map((pair) => pair.join(': '))
  let broken = isBroken
  if (random() < 0.15) lines.push(random.of(STRANGE_HEADERS).join(': '))
  if (random() < 0.05) {
    lines.push(random.of(BROKEN_LINES))
    broken = true
  }
  let first = `${request.method} ${request.path} HTTP/1.1`
  if (random() < 0.03) {
    first = random.of([
      `${request.method} ${request.path} HTTP/9.9`, `${request.method} ${request.path}`, 'PRI * HTTP/2.0', '\0\0\0',
      `${'A'.repeat(9_000)} / HTTP/1.1`
    ])
    broken = true
  }
  return { parts: [Buffer.from(`${first}\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'), ...parts], isBroken: broken }
}
