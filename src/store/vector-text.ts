import { endianness } from 'node:os'
import { isEncodingLength } from '../../workers/protocol.ts'
import { DamagedRecordError } from './damaged-record-error.ts'

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
