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
 * The gallery in 32-bit words: a header, a place for each search's probe, then rows. A row holds one encoding (f32), then
 * its generation (odd: the row holds an encoding; even: empty or being written), then its user's number, which is never
 * used twice while the server runs, and padding to 16 bytes.
 */
export const GALLERY = {
  /** In the header: rows in use, holes included. */
  rowsWord: 0,
  /** In the header: numbers of every encoding; set before the first row. */
  lengthWord: 1,
  /** In the header: rows emptied so far. Whoever searches meanwhile may have missed one that was filled instead. */
  removalsWord: 2,
  /** In the header: from here on one word for each probe's place, 1 while a search uses it. */
  probesWord: 16,
  probes: PROBES,
  probeWords: ENCODING_LENGTHS.max,
  /** Where the first probe's place and the first row begin. */
  firstProbeWord: FIRST_PROBE_WORD,
  firstRowWord: FIRST_PROBE_WORD + PROBES * ENCODING_LENGTHS.max,
  rowWords: (length: number): number => length + 4,
  /** In a row. */
  generationWord: (length: number): number => length,
  /** In a row. */
  userWord: (length: number): number => length + 1,
  /** In a row, for its writer alone: one more than the next row of the user, 0 in the last one. */
  nextWord: (length: number): number => length + 2
} as const
