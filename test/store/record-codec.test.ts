import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { DamagedRecordError, UnsupportedRecordError } from '../../src/store/record/errors.ts'
import type { UserRecord } from '../../src/store/encoding-store.ts'
import { decodeRecord, encodeRecord } from '../../src/store/record/codec.ts'
import { createRandom, seeded } from '../support/seeded.ts'
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

/** A face that is not the user's, as it is in a file. */
function rejectionFields (): Record<string, unknown> {
  const { model, vector } = fields().encodings[0]!
  return { id: '1', rejected_at: TIME, encodings: [{ model, vector }] }
}

/** What is said of a file that is not as it was written, or not the user's. */
function damageOf (bytes: Buffer, key = '7'): string {
  const reason = refusalOf(bytes, key)
  assert.ok(reason instanceof DamagedRecordError, String(reason))
  return reason.message
}

/** What is said of an intact file that is not understood. */
function complaintOf (bytes: Buffer): string {
  const reason = refusalOf(bytes, '7')
  assert.ok(reason instanceof UnsupportedRecordError, String(reason))
  return reason.message
}

function refusalOf (bytes: Buffer, key: string): unknown {
  try {
    decodeRecord(key, bytes)
  } catch (err) {
    return err
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
  const { vector: [first] } = record(7, 1).encodings[0]!
  assert.equal(Buffer.from(encoding.vector, 'base64').readFloatLE(0), first)
})

test('a file cut at any length is damaged', () => {
  const { bytes } = encodeRecord('7', record(7, 1))
  for (let length = 0; length < bytes.length; length++) damageOf(bytes.subarray(0, length))
})

test('a file with any one byte changed is damaged', (t) => {
  const random = seeded(t)
  const { bytes } = encodeRecord('7', record(7, 1))
  for (let index = 0; index < bytes.length; index++) {
    for (const flip of [0x01, 0x20, 0x80, 1 + random.below(255)]) {
      const copy = Buffer.from(bytes)
      copy[index] = (copy[index] ?? 0) ^ flip
      // Another digit of the version is another version's.
      if (index === 4 && /[02-9]/.test(String.fromCharCode(copy[index] ?? 0))) continue
      damageOf(copy)
    }
  }
})

test('random bytes, alone or behind a valid header, are damaged, and not understood under their checksum', (t) => {
  const random = seeded(t)
  const header = encodeRecord('7', record(7, 1)).bytes.subarray(0, HEADER_BYTES)
  for (let turn = 0; turn < 2000; turn++) {
    const noise = random.bytes(random.below(2000))
    damageOf(noise)
    damageOf(Buffer.concat([header, noise]))
    complaintOf(sealed(noise.toString('latin1')))
  }
})

test('a file of another user is damaged, wherever it was copied', () => {
  const { bytes } = encodeRecord('7', record(7, 1))
  assert.equal(damageOf(bytes, '8'), 'user id is not the one of the file name')
  for (const id of [8, '8']) {
    assert.equal(damageOf(sealed({ ...fields(), user_id: id })), 'user id is not the one of the file name')
  }
})

test('a file of a newer version is told from a damaged one', () => {
  assert.equal(complaintOf(Buffer.from('FACE3 of-tomorrow\nwhatever')), 'unknown format version')
  assert.equal(damageOf(Buffer.from('FACE')), 'no valid header')
})

/** Values of a record's field that mean nothing to this version. */
const NOT_UNDERSTOOD: Array<[field: string, values: unknown[]]> = [
  ['user_id', [7.5, null, true, [7], undefined, { toString: '7' }]],
  ['updated_at', [null, 0, '', '2026-01-02', '2026-13-02T03:04:05Z', '2026-01-02T03:04:05+01:00', undefined]],
  ['encodings', [null, [], {}, 'x', undefined, Array(1001).fill(fields().encodings[0])]],
  ['display_name', [null, '', 7, 'n'.repeat(201)]],
  ['metadata', [null, 'x', [], { text: 'x'.repeat(4096) }]],
  ['groups', [null, 'x', [''], [7], ['a', 'a'], Array.from({ length: 101 }, (_, i) => String(i)), ['g'.repeat(201)]]],
  ['consent_id', [null, '', 7, 'c'.repeat(201)]],
  ['valid_from', [null, 'now', 0]],
  ['valid_until', [null, 'now', 0]],
  ['audit_salt', [null, '', 7]],
  ['rejections', [
    null, {}, ['x'], Array(21).fill(rejectionFields()), [{ ...rejectionFields(), id: '' }],
    [{ ...rejectionFields(), rejected_at: 'now' }], [{ ...rejectionFields(), encodings: [] }],
    [{ ...rejectionFields(), encodings: [{ model: 'm', vector: 'AAAA' }] }],
    [{ ...rejectionFields(), encodings: [{ vector: fields().encodings[0]?.['vector'] }] }]
  ]]
]

test('content that is not understood under a right checksum is not damaged, field by field', () => {
  for (const [field, values] of NOT_UNDERSTOOD) {
    for (const value of values) complaintOf(sealed({ ...fields(), [field]: value }))
  }
  for (const content of ['', 'null', '[]', '7', '{}', '{', '"x"']) complaintOf(sealed(content))
})

test('an encoding that is not understood stays with the others, as it was written', () => {
  const vector = String(fields().encodings[0]?.['vector'])
  const withNumber = (number: number): string => {
    const bytes = Buffer.from(vector, 'base64')
    bytes.writeFloatLE(number, 508)
    return bytes.toString('base64')
  }
  const wrong: Array<[field: string, values: unknown[]]> = [
    ['model', [null, '', 1, 'm'.repeat(201), undefined]],
    ['kind', [null, '', 1, 'm'.repeat(201)]],
    ['quality', [null, '0.9', -0.1, 1.1, undefined, true]],
    ['registered_at', [null, 'yesterday', undefined]],
    ['sealed_chip', [null, 7, '!', Buffer.alloc(24 * 1024 + 1).toString('base64')]],
    ['vector', [
      null, '', [], vector.slice(4), vector + 'AAAA', `${vector} `, vector.replace('=', ''), `!${vector.slice(1)}`,
      withNumber(NaN), withNumber(Infinity), withNumber(-Infinity), Buffer.alloc(4 * 1024).toString('base64'), undefined
    ]]
  ]
  const strange = wrong.flatMap(([field, values]) => values.map((value) =>
    JSON.parse(JSON.stringify({ ...fields().encodings[0], [field]: value }))))
  for (const one of [null, 1, 'x', [], {}, ...strange]) {
    const { record: found } = decodeRecord('7', sealed({ ...fields(), encodings: [one, fields().encodings[0]] }))
    assert.deepEqual(found, { ...record(7, 1), unread: [one] })
    const alone = decodeRecord('7', sealed({ ...fields(), encodings: [one] })).record
    assert.deepEqual(alone, { ...record(7), unread: [one] })
    for (const user of [found, alone]) assert.deepEqual(decodeRecord('7', encodeRecord('7', user).bytes).record, user)
  }
})

test('every field of the format is read back', () => {
  const { vector, model } = record(7, 3).encodings[0]!
  const user: UserRecord = {
    ...record(7, 1, 2),
    displayName: 'Ünal Şahin 🙂',
    metadata: { room: 7, tags: ['x', null], nested: { yes: true } },
    groups: ['night shift', 'B'],
    consentId: '2026/17',
    validFrom: TIME,
    validUntil: '2027-01-01T00:00:00Z',
    auditSalt: 'AAAAAAAAAAAAAAAAAAAAAA==',
    rejections: [
      { id: '1', rejectedAt: TIME, encodings: [{ vector, model }, { vector, model, kind: 'a/b/flip' }] },
      { id: '2', rejectedAt: TIME, encodings: [{ vector, model }], further: { by: 'tomorrow' } }
    ]
  }
  Object.assign(user.encodings[0]!, { kind: 'a/b/flip', sealedChip: createRandom(1).bytes(24 * 1024) })
  const { bytes } = encodeRecord('7', user)
  assert.deepEqual(decodeRecord('7', bytes).record, user)
  const { encodings: [first, second], ...written } = JSON.parse(bytes.toString('utf8', HEADER_BYTES))
  assert.deepEqual(Object.keys(written), [
    'user_id', 'updated_at', 'display_name', 'metadata', 'groups', 'consent_id', 'valid_from', 'valid_until',
    'audit_salt', 'rejections'
  ])
  assert.deepEqual(Object.keys(first), ['model', 'kind', 'quality', 'registered_at', 'vector', 'sealed_chip'])
  assert.deepEqual(Object.keys(second), ['model', 'quality', 'registered_at', 'vector'])
})

test('fields of a newer version survive reading and writing, of the record and of an encoding', () => {
  const further = { colour: 'blue', list: [1, { deep: [null] }], ['__proto__']: { polluted: true }, constructor: 1 }
  const content = {
    ...further, ...fields(), encodings: [{ ...fields().encodings[0], ...further }, fields().encodings[0]]
  }
  const { record: found } = decodeRecord('7', sealed(content))
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
  const again = JSON.parse(encodeRecord('7', found).bytes.toString('utf8', HEADER_BYTES))
  assert.deepEqual(again, JSON.parse(JSON.stringify(content)))
})

test('what is said of a file quotes nothing of its content', () => {
  const json = JSON.stringify(fields())
  const reasons = [complaintOf(sealed(json.slice(0, -9))), ...NOT_UNDERSTOOD.flatMap(([field, values]) => (
    values.map((value) => complaintOf(sealed({ ...fields(), [field]: value })))
  ))]
  for (const reason of reasons) assert.match(reason, /^[a-zA-Z0-9 ]+$/)
  assert.equal(reasons[0], 'content is not JSON')
})

test('what could not be read back is not written', () => {
  const user = record(7, 1)
  const wrong: UserRecord[] = [{ ...user, userId: 8 }, { ...user, encodings: [] }, { ...user, updatedAt: 'now' },
    { ...user, displayName: '' }, { ...user, metadata: { text: 'x'.repeat(4096) } }, { ...user, groups: ['a', 'a'] },
    { ...user, consentId: '' }, { ...user, validFrom: 'now' }, ...[
      { vector: new Float32Array(127) }, { vector: new Float32Array(128).fill(NaN) }, { quality: 2 }, { model: '' },
      { registeredAt: '' }, { kind: '' }, { sealedChip: new Uint8Array(24 * 1024 + 1) }
    ].map((change) => ({ ...user, encodings: user.encodings.map((encoding) => ({ ...encoding, ...change })) }))]
  for (const one of wrong) assert.throws(() => encodeRecord('7', one), { name: 'TypeError' })
})
