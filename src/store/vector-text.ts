import { DamagedRecordError } from './damaged-record-error.ts'

const NUMBERS_MIN = 128
const NUMBERS_MAX = 512
const NUMBERS_STEP = 16

/** The vector as base64 of its numbers, each in four bytes, little-endian on every machine. */
export function vectorToText (vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT)
  for (const [index, number] of vector.entries()) bytes.writeFloatLE(number, index * 4)
  return bytes.toString('base64')
}

/** The inverse of {@link vectorToText}; throws {@link DamagedRecordError} unless it is 128 to 512 finite numbers, a multiple of 16. */
export function vectorFromText (text: unknown): Float32Array {
  if (typeof text !== 'string') throw new DamagedRecordError('a vector is not text')
  const bytes = Buffer.from(text, 'base64')
  // Node skips what is not base64; only the text that it would write itself is taken.
  const numbers = bytes.length / Float32Array.BYTES_PER_ELEMENT
  const isLength = numbers >= NUMBERS_MIN && numbers <= NUMBERS_MAX && numbers % NUMBERS_STEP === 0
  if (!isLength || bytes.toString('base64') !== text) throw new DamagedRecordError('a vector is not 128 to 512 numbers in base64')
  const vector = new Float32Array(numbers)
  for (let index = 0; index < numbers; index++) {
    const number = bytes.readFloatLE(index * 4)
    if (!Number.isFinite(number)) throw new DamagedRecordError('a vector has a number that is not finite')
    vector[index] = number
  }
  return vector
}
