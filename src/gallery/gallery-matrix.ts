import { ENCODING_LENGTHS, GALLERY, toFixedPoint } from '../../workers/gallery-layout.ts'
import { ConfigError } from '../config.ts'

const PAGE_BYTES = 65_536
/** All but one of the pages that WebAssembly has: 10.6 million rows of 192 numbers. Untouched pages cost nothing. */
const PAGES_MAX = 65_535

/** One more than the first of the rows, 0 for none. */
export type LinkedRows = number

/** The rows of the gallery in memory that every thread reads and only the main thread writes. */
export interface GalleryMatrix {
  /** For the inference threads. */
  readonly memory: WebAssembly.Memory
  /**
   * Puts an encoding into a free row, visible to searches from now on; a negative number is that of a user who may not
   * be named. Throws RangeError when 4 GiB are full and when it is not as long as the first.
   */
  add (user: number, vector: Float32Array): number
  /** Tells searches from now on whether the user of the row may be named: the number as for {@link add}. */
  setUser (row: number, user: number): void
  /** The bytes of the encoding in the row, as it is compared; valid until the next change. */
  bytesAt (row: number): Uint8Array
  /** A copy of the encoding in the row, as it is compared. */
  vectorAt (row: number): Float32Array
  /** Whether the row holds this very encoding, as far as it is compared. */
  holds (row: number, vector: Float32Array): boolean
  /** Keeps these rows together, in place of an array for each user; what to get them back by. */
  link (rows: readonly number[]): LinkedRows
  linked (rows: LinkedRows): number[]
  /** Takes a row out of all searches from now on, and overwrites it. */
  remove (row: number): void
}

/** V8 reserves addresses for all that the memory may become, with room around it in which it notices wrong ones. */
function reserve (): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({
      initial: Math.ceil(GALLERY.firstRowWord * 4 / PAGE_BYTES), maximum: PAGES_MAX, shared: true
    })
  } catch (cause) {
    const advice = 'raise the limit of virtual memory (ulimit -v unlimited) or allow overcommitment ' +
      '(vm.overcommit_memory=0)'
    throw new ConfigError(`No address space for the encodings: ${advice}`, { cause })
  }
}

/** Makes an empty matrix that grows while others read it. Throws {@link ConfigError} if there is no address space. */
export function createGalleryMatrix (): GalleryMatrix {
  const memory = reserve()
  let words = new Int32Array(memory.buffer)
  let halves = new Int16Array(memory.buffer)
  let floats = new Float32Array(memory.buffer)
  /** An encoding in fixed point before it becomes a row. */
  const scratch = new Int16Array(ENCODING_LENGTHS.max)
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
    halves = new Int16Array(memory.buffer)
    floats = new Float32Array(memory.buffer)
  }

  function checkLength (vector: Float32Array): void {
    if (length === 0) {
      length = vector.length
      Atomics.store(words, GALLERY.lengthWord, length)
    }
    if (vector.length === length) return
    throw new RangeError(`an encoding of ${vector.length} numbers among those of ${length}`)
  }

  return {
    memory,
    add (user, vector) {
      checkLength(vector)
      const row = free.pop() ?? rows
      makeRoom(row)
      const at = wordOf(row)
      const { scale, squares } = toFixedPoint(vector, halves.subarray(2 * at, 2 * at + length))
      floats[at + GALLERY.scaleWord(length)] = scale
      words[at + GALLERY.squaresWord(length)] = squares
      words[at + GALLERY.userWord(length)] = user
      Atomics.add(words, at + GALLERY.generationWord(length), 1)
      Atomics.add(words, GALLERY.liveWord, 1)
      if (row === rows) Atomics.store(words, GALLERY.rowsWord, ++rows)
      return row
    },
    setUser (row, user) {
      Atomics.store(words, wordOf(row) + GALLERY.userWord(length), user)
    },
    bytesAt: (row) => new Uint8Array(memory.buffer, wordOf(row) * 4, length * 2),
    vectorAt (row) {
      const at = wordOf(row)
      const scale = floats[at + GALLERY.scaleWord(length)]!
      return Float32Array.from(halves.subarray(2 * at, 2 * at + length), (number) => number * scale)
    },
    holds (row, vector) {
      const { scale } = toFixedPoint(vector, scratch)
      const at = wordOf(row)
      if (floats[at + GALLERY.scaleWord(length)] !== scale) return false
      for (let i = 0; i < length; i++) if (halves[2 * at + i] !== scratch[i]) return false
      return true
    },
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
      for (let next = first; next !== 0; next = words[wordOf(next - 1) + GALLERY.nextWord(length)] ?? 0) {
        rows.push(next - 1)
      }
      return rows
    },
    remove (row) {
      const at = wordOf(row)
      Atomics.add(words, GALLERY.removalsWord, 1)
      Atomics.sub(words, GALLERY.liveWord, 1)
      Atomics.add(words, at + GALLERY.generationWord(length), 1)
      words.fill(0, at, at + GALLERY.generationWord(length))
      floats[at + GALLERY.scaleWord(length)] = NaN
      words[at + GALLERY.squaresWord(length)] = 0
      words[at + GALLERY.userWord(length)] = 0
      free.push(row)
    }
  }
}
