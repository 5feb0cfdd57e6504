import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import type { Sealing, UserRecord } from '../encoding-store.ts'
import { DamagedRecordError, UnsupportedRecordError } from './errors.ts'
import { type DataKey, isSealed, seal, unseal } from './seal.ts'
import { fieldsToRecord, recordToFields } from './fields.ts'

/** No version writes a larger file, and none is read. */
export const RECORD_BYTES_MAX = 4 * 1024 * 1024

/**
 * `FACE<version> sha256=<of everything after this line>`; version 2 is this one, encrypted. New fields need no new
 * version: a file keeps what its reader does not know.
 */
const HEADER = /^FACE1 sha256=([0-9a-f]{64})\n$/
const HEADER_BYTES = 'FACE1 sha256='.length + 64 + 1
const OTHER_VERSION = /^FACE(?:[02-9]|[1-9]\d+) /

/** A stored record and the checksum of its content, by which two contents are told apart, encrypted or not. */
export interface DecodedRecord {
  record: UserRecord
  sum: string
}

/** Between records and files. */
export interface RecordCodec {
  /** Encrypts if there is a key. Throws on a record that is none. */
  encode (key: string, record: UserRecord): { bytes: Buffer, sum: string } & Sealing
  /**
   * Throws {@link DamagedRecordError}, or for intact files {@link UnsupportedRecordError}, and `UnknownKeyError` if the
   * key is missing. `withChips: false` leaves the chips out, for those who follow every user.
   */
  decode (key: string, bytes: Buffer, options?: { withChips?: boolean }): DecodedRecord & Sealing
}

/** Writes with the first key, reads with all of them, and reads files that are not encrypted. */
export function createRecordCodec (keys: readonly DataKey[]): RecordCodec {
  const [first] = keys
  return {
    encode (key, record) {
      const plain = encodeRecord(key, record)
      const bytes = first ? seal(key, plain.bytes, first) : plain.bytes
      assert.ok(bytes.length <= RECORD_BYTES_MAX, 'record size')
      return { bytes, sum: plain.sum, keyId: first?.id ?? null }
    },
    decode (key, bytes, options) {
      const { content, keyId } = isSealed(bytes) ? unseal(key, bytes, keys) : { content: bytes, keyId: null }
      const { record, sum } = decodeRecord(key, content, options)
      return { record, sum, keyId }
    }
  }
}

/**
 * The record as an unencrypted file: a header line with the checksum, one line of JSON. Throws on an invalid record.
 */
export function encodeRecord (key: string, record: UserRecord): { bytes: Buffer, sum: string } {
  return withSum(recordToFields(key, record))
}

/** A header line with the checksum, and one line of JSON. */
export function withSum (content: object): { bytes: Buffer, sum: string } {
  const json = Buffer.from(JSON.stringify(content) + '\n')
  const sum = hash('sha256', json, 'hex')
  return { bytes: Buffer.concat([Buffer.from(`FACE1 sha256=${sum}\n`), json]), sum }
}

/**
 * Reads what {@link encodeRecord} wrote for the same key. Throws {@link DamagedRecordError} unless the bytes are as
 * they were written, and {@link UnsupportedRecordError} if they are but cannot be interpreted.
 */
export function decodeRecord (
  key: string, bytes: Buffer, { withChips = true }: { withChips?: boolean } = {}
): DecodedRecord {
  const { content, sum } = checkSum(bytes, RECORD_BYTES_MAX)
  return { record: fieldsToRecord(key, content, withChips), sum }
}

/** The inverse of {@link withSum}. Throws as {@link decodeRecord}. */
export function checkSum (bytes: Buffer, bytesMax: number): { content: unknown, sum: string } {
  if (bytes.length === 0) throw new DamagedRecordError('empty file')
  if (bytes.length > bytesMax) throw new DamagedRecordError('file too large')
  const header = bytes.toString('latin1', 0, HEADER_BYTES)
  if (OTHER_VERSION.test(header)) throw new UnsupportedRecordError('unknown format version')
  const sum = HEADER.exec(header)?.[1]
  if (sum === undefined) throw new DamagedRecordError('no valid header')
  const json = bytes.subarray(HEADER_BYTES)
  if (hash('sha256', json, 'hex') !== sum) throw new DamagedRecordError('checksum mismatch')
  return { content: parse(json.toString('utf8')), sum }
}

function parse (json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // The parser's message quotes the content.
    throw new UnsupportedRecordError('content is not JSON')
  }
}
