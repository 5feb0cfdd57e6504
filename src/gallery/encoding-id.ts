import { hash } from 'node:crypto'
import { ENCODING_LENGTHS, toFixedPoint } from '../../workers/gallery-layout.ts'

const ID_CHARACTERS = 16
const scratch = new Int16Array(ENCODING_LENGTHS.max)

/** The id of an encoding, by the bytes of its numbers in fixed point. */
export const encodingIdOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex').slice(0, ID_CHARACTERS)

/** The id of the encoding with these numbers: the same as that of its row in the gallery. */
export function vectorIdOf (vector: Float32Array): string {
  const numbers = scratch.subarray(0, vector.length)
  toFixedPoint(vector, numbers)
  return encodingIdOf(new Uint8Array(numbers.buffer, 0, numbers.byteLength))
}
