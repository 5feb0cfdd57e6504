import { endianness } from 'node:os'
import { isEncodingLength } from '../../../workers/gallery-layout.ts'
import type { Encoding, UserId, UserRecord } from '../encoding-store.ts'
import { DamagedRecordError } from './errors.ts'

/** More than any configuration allows; a file with more is not ours. */
const ENCODINGS_MAX = 1000
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/
const MODEL_CHARACTERS_MAX = 200

type Fields = Record<string, unknown>

/** The record as the JSON object of the file. Throws on a record that could not be read back. */
export function recordToFields (key: string, record: UserRecord): Fields {
  const fields = {
    user_id: record.userId,
    updated_at: record.updatedAt,
    encodings: record.encodings.map(({ model, quality, registeredAt, vector }) => (
      { model, quality, registered_at: registeredAt, vector: vectorToText(vector) }
    ))
  }
  try {
    fieldsToRecord(key, fields)
  } catch (err) {
    throw new TypeError('not a valid user record', { cause: err })
  }
  return fields
}

/** The inverse of {@link recordToFields}; throws {@link DamagedRecordError} on anything that it does not make. */
export function fieldsToRecord (key: string, content: unknown): UserRecord {
  const fields = object(content, 'content')
  const encodings = fields['encodings']
  if (!Array.isArray(encodings) || encodings.length === 0) throw new DamagedRecordError('no encodings')
  if (encodings.length > ENCODINGS_MAX) throw new DamagedRecordError('too many encodings')
  return {
    userId: userIdOf(key, fields['user_id']),
    updatedAt: timeOf(fields['updated_at']),
    encodings: encodings.map(encodingOf)
  }
}

function object (value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DamagedRecordError(`${name} is not an object`)
  }
  return value as Fields
}

function userIdOf (key: string, value: unknown): UserId {
  if (typeof value !== 'string' && !(typeof value === 'number' && Number.isSafeInteger(value))) {
    throw new DamagedRecordError('user id is neither text nor integer')
  }
  if (String(value) !== key) throw new DamagedRecordError('user id is not the one of the file name')
  return value
}

function timeOf (value: unknown): string {
  if (typeof value !== 'string' || !TIME.test(value) || Number.isNaN(Date.parse(value))) {
    throw new DamagedRecordError('a time is not ISO 8601 in UTC')
  }
  return value
}

function encodingOf (value: unknown): Encoding {
  const { model, quality, registered_at: registeredAt, vector } = object(value, 'an encoding')
  if (typeof model !== 'string' || model === '' || model.length > MODEL_CHARACTERS_MAX) {
    throw new DamagedRecordError('a model id is not valid')
  }
  if (typeof quality !== 'number' || !(quality >= 0 && quality <= 1)) {
    throw new DamagedRecordError('a quality is not within 0..1')
  }
  return { vector: vectorFromText(vector), quality, registeredAt: timeOf(registeredAt), model }
}

const IS_BIG_ENDIAN = endianness() === 'BE'

/** The vector as base64 of its numbers, each in four bytes, little-endian on every machine. */
export function vectorToText (vector: Float32Array): string {
  const bytes = Buffer.from(Float32Array.from(vector).buffer)
  return (IS_BIG_ENDIAN ? bytes.swap32() : bytes).toString('base64')
}

/** The inverse of {@link vectorToText}; throws {@link DamagedRecordError} unless it is 128 to 512 finite numbers, a multiple of 16. */
export function vectorFromText (text: unknown): Float32Array {
  if (typeof text !== 'string') throw new DamagedRecordError('a vector is not text')
  const numbers = Buffer.byteLength(text, 'base64') / Float32Array.BYTES_PER_ELEMENT
  const isLength = isEncodingLength(numbers)
  const vector = new Float32Array(isLength ? numbers : 0)
  const bytes = Buffer.from(vector.buffer)
  bytes.write(text, 'base64')
  // Node skips what is not base64; only the text that it would write itself is taken.
  if (!isLength || bytes.toString('base64') !== text) throw new DamagedRecordError('a vector is not 128 to 512 numbers in base64')
  if (IS_BIG_ENDIAN) bytes.swap32()
  for (let index = 0; index < numbers; index++) {
    if (!Number.isFinite(vector[index])) throw new DamagedRecordError('a vector has a number that is not finite')
  }
  return vector
}
