import { GALLERY } from '../../workers/gallery-layout.ts'

const PAGE_BYTES = 65_536
/** All but one of the pages that WebAssembly has: about 8 million encodings. Untouched pages cost nothing. */
const PAGES_MAX = 65_535

/** One more than the first of the rows, 0 for none. */
export type LinkedRows = number

/** The rows of the gallery in memory that every thread reads and only the main thread writes. */
export interface GalleryMatrix {
  /** For the inference threads. */
  readonly memory: WebAssembly.Memory
  /**
   * Puts an encoding into a free row, visible to searches from now on. Throws RangeError when 4 GiB are full and when it is
   * not as long as the first.
   */
  add (user: number, vector: Float32Array): number
  /** A copy of the encoding in the row. */
  vectorAt (row: number): Float32Array
  /** Whether the row holds this very encoding. */
  holds (row: number, vector: Float32Array): boolean
  /** Keeps these rows together, in place of an array for each user; what to get them back by. */
  link (rows: readonly number[]): LinkedRows
  linked (rows: LinkedRows): number[]
  /** Takes a row out of all searches from now on, and overwrites it. */
  remove (row: number): void
}

/** Makes an empty matrix that grows by itself while others read it. */
export function createGalleryMatrix (): GalleryMatrix {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(GALLERY.firstRowWord * 4 / PAGE_BYTES), maximum: PAGES_MAX, shared: true })
  let words = new Int32Array(memory.buffer)
  let numbers = new Float32Array(memory.buffer)
  const free: number[] = []
  let rows = 0
  let length = 0

  const wordOf = (row: number): number => GALLERY.firstRowWord + row * GALLERY.rowWords(length)

  function makeRoom (row: number): void {
    const missing = wordOf(row + 1) * 4 - memory.buffer.byteLength
    if (missing <= 0) return
    const present = memory.buffer.byteLength / PAGE_BYTES
    const wanted = Math.max(Math.ceil(missing / PAGE_BYTES), present >> 1)
    memory.grow(Math.min(wanted, Math.max(Math.ceil(missing / PAGE_BYTES), PAGES_MAX - present)))
    words = new Int32Array(memory.buffer)
    numbers = new Float32Array(memory.buffer)
  }

  function checkLength (vector: Float32Array): void {
    if (length === 0) {
      length = vector.length
      Atomics.store(words, GALLERY.lengthWord, length)
    }
    if (vector.length !== length) throw new RangeError(`an encoding of ${vector.length} numbers among those of ${length}`)
  }

  return {
    memory,
    add (user, vector) {
      checkLength(vector)
      const row = free.pop() ?? rows
      makeRoom(row)
      const at = wordOf(row)
      numbers.set(vector, at)
      words[at + GALLERY.userWord(length)] = user
      Atomics.add(words, at + GALLERY.generationWord(length), 1)
      if (row === rows) Atomics.store(words, GALLERY.rowsWord, ++rows)
      return row
    },
    vectorAt: (row) => numbers.slice(wordOf(row), wordOf(row) + length),
    holds: (row, vector) => vector.every((value, i) => numbers[wordOf(row) + i] === value),
    link (rows) {
      let first: LinkedRows = 0
      for (const row of rows.toReversed()) {
        words[wordOf(row) + GALLERY.nextWord(length)] = first
        first = row + 1
      }
      return first
    },
    linked (first) {
      const rows: number[] = []
      for (let next = first; next !== 0; next = words[wordOf(next - 1) + GALLERY.nextWord(length)] ?? 0) rows.push(next - 1)
      return rows
    },
    remove (row) {
      const at = wordOf(row)
      Atomics.add(words, GALLERY.removalsWord, 1)
      Atomics.add(words, at + GALLERY.generationWord(length), 1)
      words.fill(0, at, at + length)
      words[at + GALLERY.userWord(length)] = 0
      free.push(row)
    }
  }
}
