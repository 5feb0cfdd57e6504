/** How the gallery lies in shared memory, which the main thread writes and the inference threads read. */

/** How many numbers an encoding has, of whatever network; the gallery compares `step` of them at a time. */
export const ENCODING_LENGTHS = { min: 128, max: 512, step: 16 } as const

/** Whether an encoding can have so many numbers. */
export function isEncodingLength (numbers: number): boolean {
  return numbers >= ENCODING_LENGTHS.min && numbers <= ENCODING_LENGTHS.max && numbers % ENCODING_LENGTHS.step === 0
}

/** Places for probes in the gallery: so many searches run at the same time. */
const PROBES = 512
const FIRST_PROBE_WORD = 1024

/**
 * The gallery in 32-bit words: a header, a place for each search's probe, then rows. A row holds one encoding in
 * fixed point ({@link toFixedPoint}), then
 * - its generation (odd: the row holds an encoding; even: it is empty or being written),
 * - its user's number, which is never used twice while the server runs; negative while the user may not be named,
 * - for its writer alone: one more than the next row of the user, 0 in the last one,
 * - the scale of its numbers (f32; NaN in an empty row, which no search then finds near), and the sum of their squares.
 */
export const GALLERY = {
  /** In the header: rows in use, holes included. */
  rowsWord: 0,
  /** In the header: numbers of every encoding; set before the first row. */
  lengthWord: 1,
  /** In the header: rows emptied so far. A search under way may have missed an encoding that took the place of one. */
  removalsWord: 2,
  /** In the header: rows that hold an encoding. */
  liveWord: 3,
  /** In the header: from here on one word for each probe's place, 1 while a search uses it. */
  probesWord: 16,
  probes: PROBES,
  probeWords: ENCODING_LENGTHS.max / 2,
  /** Where the first probe's place and the first row begin. */
  firstProbeWord: FIRST_PROBE_WORD,
  firstRowWord: FIRST_PROBE_WORD + PROBES * ENCODING_LENGTHS.max / 2,
  /** Two numbers a word. */
  rowWords: (length: number): number => length / 2 + 5,
  generationWord: (length: number): number => length / 2,
  userWord: (length: number): number => length / 2 + 1,
  nextWord: (length: number): number => length / 2 + 2,
  scaleWord: (length: number): number => length / 2 + 3,
  squaresWord: (length: number): number => length / 2 + 4
} as const

const FIXED_POINT_MAX = 32_767

/** Of an encoding in numbers of 16 bits: what one step of them is worth, and the sum of their squares. */
export interface FixedPoint {
  scale: number
  squares: number
}

/**
 * Writes the encoding into `numbers`, its length being {@link FIXED_POINT_MAX} steps, so that no sum of products of two
 * encodings, however far it has come, exceeds the product of their lengths (Cauchy-Schwarz), which is below 2^31. Each
 * number is off by half a step at most: an encoding by sqrt(n) / 2 steps, for 192 numbers 0.0002 of its length, and a
 * distance between two of length 1 by twice that.
 */
export function toFixedPoint (vector: Float32Array, numbers: Int16Array): FixedPoint {
  let squared = 0
  for (let i = 0; i < vector.length; i++) squared += vector[i]! * vector[i]!
  const scale = Math.fround(Math.sqrt(squared) / FIXED_POINT_MAX)
  const divisor = scale === 0 ? 1 : scale
  let squares = 0
  for (let i = 0; i < vector.length; i++) {
    // To the nearest, three times as fast as Math.round: a positive number is cut off.
    const number = ((vector[i]! / divisor + FIXED_POINT_MAX + 1.5) | 0) - FIXED_POINT_MAX - 1
    numbers[i] = number
    squares += number * number
  }
  return { scale, squares }
}

/** Squared Euclidean distance of two encodings in fixed point with this sum of products: 0 for the same. */
export function squaredDistance (one: FixedPoint, other: FixedPoint, products: number): number {
  const squared = one.scale * one.scale * one.squares + other.scale * other.scale * other.squares -
    2 * one.scale * other.scale * products
  return squared < 0 ? 0 : squared
}
