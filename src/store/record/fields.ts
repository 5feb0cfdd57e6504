import { endianness } from 'node:os'
import { isEncodingLength } from '../../../workers/gallery-layout.ts'
import {
  CHIP_BYTES_MAX, GROUPS_MAX, METADATA_BYTES_MAX, NAME_CHARACTERS_MAX, REJECTIONS_MAX, type Encoding, type Rejection,
  type UserId, type UserRecord
} from '../encoding-store.ts'
import { DamagedRecordError, UnsupportedRecordError } from './errors.ts'

/** More than any configuration allows. */
const ENCODINGS_MAX = 1000
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

type Fields = Record<string, unknown>

/** The record as the JSON object of the file. Throws on a record that could not be read back. */
export function recordToFields (key: string, record: UserRecord): Fields {
  const fields = {
    ...record.further,
    user_id: record.userId,
    updated_at: record.updatedAt,
    display_name: record.displayName,
    metadata: record.metadata,
    groups: record.groups,
    consent_id: record.consentId,
    valid_from: record.validFrom,
    valid_until: record.validUntil,
    audit_salt: record.auditSalt,
    rejections: record.rejections?.map(rejectionToFields),
    encodings: [...record.encodings.map(encodingToFields), ...record.unread ?? []]
  }
  try {
    const { unread } = fieldsToRecord(key, fields)
    if (unread?.length !== record.unread?.length) throw new TypeError('not a valid encoding')
  } catch (err) {
    throw new TypeError('not a valid user record', { cause: err })
  }
  return fields
}

function encodingToFields (
  { further, model, kind, quality, registeredAt, vector, sealedChip, receipt }: Encoding
): Fields {
  return {
    ...further,
    model,
    kind,
    quality,
    registered_at: registeredAt,
    vector: vectorToText(vector),
    sealed_chip: sealedChip && Buffer.from(sealedChip).toString('base64'),
    receipt
  }
}

function rejectionToFields ({ further, id, rejectedAt, encodings }: Rejection): Fields {
  return {
    ...further,
    id,
    rejected_at: rejectedAt,
    encodings: encodings.map(({ model, kind, vector }) => ({ model, kind, vector: vectorToText(vector) }))
  }
}

/**
 * The inverse of {@link recordToFields}, but for the chips if they are not wanted. Keeps unknown fields and encodings;
 * throws {@link UnsupportedRecordError} when a known field has an unknown form, {@link DamagedRecordError} for another
 * user.
 */
export function fieldsToRecord (key: string, content: unknown, withChips = true): UserRecord {
  const {
    user_id: id, updated_at: updatedAt, display_name: displayName, metadata, groups, consent_id: consentId,
    valid_from: validFrom, valid_until: validUntil, audit_salt: auditSalt, rejections, encodings,
    ...further
  } = object(content, 'content')
  if (!Array.isArray(encodings) || encodings.length === 0) throw new UnsupportedRecordError('no encodings')
  if (encodings.length > ENCODINGS_MAX) throw new UnsupportedRecordError('too many encodings')

  const record: UserRecord = { userId: userIdOf(key, id), updatedAt: timeOf(updatedAt), encodings: [] }
  const unread: unknown[] = []
  for (const encoding of encodings as unknown[]) {
    const read = encodingOf(encoding, withChips)
    if (read) record.encodings.push(read)
    else unread.push(encoding)
  }
  if (unread.length > 0) record.unread = unread
  if (displayName !== undefined) record.displayName = nameOf(displayName, 'the display name')
  if (metadata !== undefined) record.metadata = metadataOf(metadata)
  if (groups !== undefined) record.groups = groupsOf(groups)
  if (consentId !== undefined) record.consentId = nameOf(consentId, 'the consent id')
  if (validFrom !== undefined) record.validFrom = timeOf(validFrom)
  if (validUntil !== undefined) record.validUntil = timeOf(validUntil)
  if (auditSalt !== undefined) record.auditSalt = nameOf(auditSalt, 'the audit salt')
  if (rejections !== undefined) record.rejections = rejectionsOf(rejections)
  if (hasFields(further)) record.further = further
  return record
}

const hasFields = (fields: Fields): boolean => Object.keys(fields).length > 0

function object (value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnsupportedRecordError(`${name} is not an object`)
  }
  return value as Fields
}

function userIdOf (key: string, value: unknown): UserId {
  if (typeof value !== 'string' && !(typeof value === 'number' && Number.isSafeInteger(value))) {
    throw new UnsupportedRecordError('user id is neither text nor integer')
  }
  if (String(value) !== key) throw new DamagedRecordError('user id is not the one of the file name')
  return value
}

function isTime (value: unknown): value is string {
  return typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value))
}

function timeOf (value: unknown): string {
  if (!isTime(value)) throw new UnsupportedRecordError('a time is not ISO 8601 in UTC')
  return value
}

function isName (value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= NAME_CHARACTERS_MAX
}

function nameOf (value: unknown, what: string): string {
  if (!isName(value)) throw new UnsupportedRecordError(`${what} is not valid`)
  return value
}

function metadataOf (value: unknown): Fields {
  const metadata = object(value, 'metadata')
  if (Buffer.byteLength(JSON.stringify(metadata)) > METADATA_BYTES_MAX) {
    throw new UnsupportedRecordError('too much metadata')
  }
  return metadata
}

function groupsOf (value: unknown): string[] {
  if (!Array.isArray(value) || value.length > GROUPS_MAX || !value.every(isName) ||
    new Set(value).size < value.length) {
    throw new UnsupportedRecordError('the groups are not valid')
  }
  return value
}

function rejectionsOf (value: unknown): Rejection[] {
  if (!Array.isArray(value) || value.length > REJECTIONS_MAX) {
    throw new UnsupportedRecordError('the rejections are not valid')
  }
  return value.map(rejectionOf)
}

function rejectionOf (value: unknown): Rejection {
  const { id, rejected_at: rejectedAt, encodings, ...further } = object(value, 'a rejection')
  if (!Array.isArray(encodings) || encodings.length === 0) throw new UnsupportedRecordError('a rejection of no face')
  return {
    id: nameOf(id, 'the id of a rejection'),
    rejectedAt: timeOf(rejectedAt),
    encodings: encodings.map((encoding) => {
      const { model, kind, vector: vectorText } = object(encoding, 'the encoding of a rejection')
      const vector = vectorFromText(vectorText)
      if (!vector) throw new UnsupportedRecordError('the encoding of a rejection is not valid')
      return {
        model: nameOf(model, 'the model of a rejection'),
        vector,
        ...kind !== undefined && { kind: nameOf(kind, 'the kind of a rejection') }
      }
    }),
    ...hasFields(further) && { further }
  }
}

/** Null for an encoding that this version does not understand. */
function encodingOf (value: unknown, withChips: boolean): Encoding | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const {
    model, kind, quality, registered_at: registeredAt, vector: vectorText, sealed_chip: chipText, receipt, ...further
  } = value as Fields
  if (!isName(model) || !isTime(registeredAt)) return null
  if (typeof quality !== 'number' || !(quality >= 0 && quality <= 1)) return null
  const vector = vectorFromText(vectorText)
  if (!vector) return null
  const encoding: Encoding = { vector, quality, registeredAt, model }
  if (kind !== undefined) {
    if (!isName(kind)) return null
    encoding.kind = kind
  }
  if (chipText !== undefined && withChips) {
    const sealedChip = typeof chipText === 'string' ? Buffer.from(chipText, 'base64') : null
    if (!sealedChip || sealedChip.length > CHIP_BYTES_MAX || sealedChip.toString('base64') !== chipText) return null
    encoding.sealedChip = sealedChip
  }
  if (receipt !== undefined) {
    if (!isName(receipt)) return null
    encoding.receipt = receipt
  }
  if (hasFields(further)) encoding.further = further
  return encoding
}

const IS_BIG_ENDIAN = endianness() === 'BE'

/** The vector as base64 of its numbers, each in four bytes, little-endian on every machine. */
export function vectorToText (vector: Float32Array): string {
  const bytes = Buffer.from(Float32Array.from(vector).buffer)
  return (IS_BIG_ENDIAN ? bytes.swap32() : bytes).toString('base64')
}

/** The inverse of {@link vectorToText}; null unless it is 128 to 512 finite numbers, a multiple of 16. */
function vectorFromText (text: unknown): Float32Array | null {
  if (typeof text !== 'string') return null
  const numbers = Buffer.byteLength(text, 'base64') / Float32Array.BYTES_PER_ELEMENT
  if (!isEncodingLength(numbers)) return null
  const vector = new Float32Array(numbers)
  const bytes = Buffer.from(vector.buffer)
  bytes.write(text, 'base64')
  // Node skips what is not base64; only the text that it would write itself is taken.
  if (bytes.toString('base64') !== text) return null
  if (IS_BIG_ENDIAN) bytes.swap32()
  for (let index = 0; index < numbers; index++) if (!Number.isFinite(vector[index])) return null
  return vector
}
