import { DamagedRecordError } from './damaged-record-error.ts'
import type { Encoding, UserId, UserRecord } from './encoding-store.ts'
import { vectorFromText, vectorToText } from './vector-text.ts'

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
