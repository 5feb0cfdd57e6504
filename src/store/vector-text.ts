import { DamagedRecordError } from './damaged-record-error.ts'

const NUMBERS = 128
const BYTES = NUMBERS * Float32Array.BYTES_PER_ELEMENT

/** The vector as base64 of its numbers, each in four bytes, little-endian on every machine. */
export function vectorToText (vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT)
  for (const [index, number] of vector.entries()) bytes.writeFloatLE(number, index * 4)
  return bytes.toString('base64')
}

/** The inverse of {@link vectorToText}; throws {@link DamagedRecordError} unless it is 128 finite numbers. */
export function vectorFromText (text: unknown): Float32Array {
  if (typeof text !== 'string') throw new DamagedRecordError('a vector is not text')
  const bytes = Buffer.from(text, 'base64')
  // Node skips what is not base64; only the text that it would write itself is taken.
  if (bytes.length !== BYTES || bytes.toString('base64') !== text) {
    throw new DamagedRecordError('a vector is not 128 numbers in base64')
  }
  const vector = new Float32Array(NUMBERS)
  for (let index = 0; index < NUMBERS; index++) {
    const number = bytes.readFloatLE(index * 4)
    if (!Number.isFinite(number)) throw new DamagedRecordError('a vector has a number that is not finite')
    vector[index] = number
  }
  return vector
}
