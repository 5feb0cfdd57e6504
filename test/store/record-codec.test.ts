import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { DamagedRecordError } from '../../src/store/record/errors.ts'
import type { UserRecord } from '../../src/store/encoding-store.ts'
import { decodeRecord, encodeRecord } from '../../src/store/record/codec.ts'
import { record, TIME } from './helper.ts'

const HEADER_BYTES = 78

/** A file with a right checksum around any content. */
function sealed (content: unknown): Buffer {
  const json = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
  return Buffer.concat([Buffer.from(`FACE1 sha256=${createHash('sha256').update(json).digest('hex')}\n`), json])
}

/** The fields of a valid file. */
function fields (): Record<string, unknown> & { encodings: Array<Record<string, unknown>> } {
  return JSON.parse(encodeRecord('7', record(7, 1)).bytes.toString('utf8', HEADER_BYTES))
}

function reasonFor (bytes: Buffer, key = '7'): string {
  try {
    decodeRecord(key, bytes)
  } catch (err) {
    assert.ok(err instanceof DamagedRecordError, String(err))
    return err.message
  }
  return assert.fail('decoded')
}

test('a record is read back bit by bit, with the type of its user id', () => {
  const numbers = [0, -0, 1e-45, -3.4028234663852886e38, 0.1, Math.PI]
  const users: UserRecord[] = [
    record(7, 1), record('7', 2, 3), record(-12, 4), record(Number.MAX_SAFE_INTEGER, 5), record('..', 6),
    record('A'.repeat(64), 1, 2, 3, 4, 5)
  ]
  for (const user of users) {
    user.encodings[0]?.vector.set(numbers)
    const { bytes, sum } = encodeRecord(String(user.userId), user)
    assert.deepEqual(decodeRecord(String(user.userId), bytes), { record: user, sum })
  }
})

test('the file describes itself: a header line, one line of JSON, little-endian numbers', () => {
  const [header, json, rest] = encodeRecord('7', record(7, 1)).bytes.toString().split('\n')
  assert.match(header ?? '', /^FACE1 sha256=[0-9a-f]{64}$/)
  assert.equal(rest, '')
  const { user_id: userId, updated_at: updatedAt, encodings: [encoding] } = JSON.parse(json ?? '')
  assert.deepEqual({ userId, updatedAt }, { userId: 7, updatedAt: TIME })
  assert.deepEqual(Object.keys(encoding), ['model', 'quality', 'registered_at', 'vector'])
  assert.equal(Buffer.from(encoding.vector, 'base64').readFloatLE(0), 1)
})

test('a file cut at any length is damaged', () => {
  const { bytes } = encodeRecord('7', record(7, 1))
  for (let length = 0; length < bytes.length; length++) reasonFor(bytes.subarray(0, length))
})

test('a file with any one byte changed is damaged', () => {
  const { bytes } = encodeRecord('7', record(7, 1))
  for (let index = 0; index < bytes.length; index++) {
    for (const flip of [0x01, 0x20, 0x80, 1 + Math.floor(Math.random() * 255)]) {
      const copy = Buffer.from(bytes)
      copy[index] = (copy[index] ?? 0) ^ flip
      reasonFor(copy)
    }
  }
})

test('random bytes, alone or behind a valid header, are damaged', () => {
  const header = encodeRecord('7', record(7, 1)).bytes.subarray(0, HEADER_BYTES)
  for (let turn = 0; turn < 2000; turn++) {
    const noise = randomBytes(Math.floor(Math.random() * 2000))
    reasonFor(noise)
    reasonFor(Buffer.concat([header, noise]))
    reasonFor(sealed(noise.toString('latin1')))
  }
})

test('a file of another user is damaged, wherever it was copied', () => {
  const { bytes } = encodeRecord('7', record(7, 1))
  assert.equal(reasonFor(bytes, '8'), 'user id is not the one of the file name')
})

test('a file of a newer version is told from a damaged one', () => {
  const bytes = Buffer.from('FACE3 of-tomorrow\nwhatever')
  assert.throws(() => decodeRecord('7', bytes), { message: 'unknown format version', otherVersion: true })
  assert.throws(() => decodeRecord('7', Buffer.from('FACE')), { otherVersion: false })
})

test('content that is wrong under a right checksum is refused, field by field', () => {
  const wrong: Array<[field: string, values: unknown[]]> = [
    ['user_id', [8, '8', 7.5, null, true, [7], undefined, { toString: '7' }]],
    ['updated_at', [null, 0, '', '2026-01-02', '2026-13-02T03:04:05Z', '2026-01-02T03:04:05+01:00', undefined]],
    ['encodings', [null, [], {}, 'x', [null], [1], [[]], [{}], undefined, Array(1001).fill(fields().encodings[0])]]
  ]
  for (const [field, values] of wrong) for (const value of values) reasonFor(sealed({ ...fields(), [field]: value }))
  for (const content of ['', 'null', '[]', '7', '{}', '{', '"x"']) reasonFor(sealed(content))
})

test('an encoding that is wrong under a right checksum is refused, field by field', () => {
  const vector = String(fields().encodings[0]?.['vector'])
  const withNumber = (number: number): string => {
    const bytes = Buffer.from(vector, 'base64')
    bytes.writeFloatLE(number, 508)
    return bytes.toString('base64')
  }
  const wrong: Array<[field: string, values: unknown[]]> = [
    ['model', [null, '', 1, 'm'.repeat(201), undefined]],
    ['quality', [null, '0.9', -0.1, 1.1, undefined, true]],
    ['registered_at', [null, 'yesterday', undefined]],
    ['vector', [null, '', [], vector.slice(4), vector +
      'AAAA', `${vector} `, vector.replace('=', ''), `!${vector.slice(1)}`,
      withNumber(NaN), withNumber(Infinity), withNumber(-Infinity), undefined]]
  ]
  for (const [field, values] of wrong) {
    for (const value of values) {
      reasonFor(sealed({ ...fields(), encodings: [{ ...fields().encodings[0], [field]: value }] }))
    }
  }
})

test('the reason of a damage quotes nothing of the content', () => {
  const json = JSON.stringify(fields())
  const reasons = [
    reasonFor(sealed(json.slice(0, -9))), reasonFor(sealed(json.replace(/"vector":"..../, '"vector":"')))
  ]
  for (const reason of reasons) assert.match(reason, /^[a-zA-Z0-9 ]+$/)
  assert.deepEqual(reasons, ['content is not JSON', 'a vector is not 128 to 512 numbers in base64'])
})

test('what could not be read back is not written', () => {
  const user = record(7, 1)
  const wrong: UserRecord[] = [{ ...user, userId: 8 }, { ...user, encodings: [] }, { ...user, updatedAt: 'now' }, ...[
    { vector: new Float32Array(127) }, { vector: new Float32Array(128).fill(NaN) }, { quality: 2 }, { model: '' },
    { registeredAt: '' }
  ].map((change) => ({ ...user, encodings: user.encodings.map((encoding) => ({ ...encoding, ...change })) }))]
  for (const one of wrong) assert.throws(() => encodeRecord('7', one), { name: 'TypeError' })
})
