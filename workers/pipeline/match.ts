import { createRowSearch, type RowSearch } from '../kernels/gallery-search.ts'
import { GALLERY, squaredDistance } from '../gallery-layout.ts'
import { type Match } from '../protocol.ts'

/** So often a search begins again because rows changed meanwhile; the last one counts. */
const ATTEMPTS = 3

/** Finds who is nearest to a probe. */
export type Matcher = (probe: Float32Array) => Match | null

/**
 * Goes through the rows that are nearer than the second user so far. A row that the main thread changes meanwhile
 * counts as gone: its generation is read before and after.
 */
function nearestTwo (gallery: WebAssembly.Memory, search: RowSearch, rows: number): Match | null {
  const words = new Int32Array(gallery.buffer)
  const halves = new Int16Array(gallery.buffer)
  const floats = new Float32Array(gallery.buffer)
  const { numbers } = search.probe
  const { length } = numbers

  function distanceOf (at: number): number {
    let products = 0
    for (let i = 0; i < length; i++) products += halves[2 * at + i]! * numbers[i]!
    const row = { scale: floats[at + GALLERY.scaleWord(length)]!, squares: words[at + GALLERY.squaresWord(length)]! }
    return squaredDistance(search.probe, row, products)
  }

  let user = 0; let nearest = Infinity
  let otherUser = 0; let nearestOther = Infinity
  for (let row = search.next(0, Infinity); row < rows; row = search.next(row + 1, nearestOther)) {
    const at = GALLERY.firstRowWord + row * GALLERY.rowWords(length)
    const generationAt = at + GALLERY.generationWord(length)
    const generation = Atomics.load(words, generationAt)
    if (generation % 2 === 0) continue
    const squared = distanceOf(at)
    const owner = words[at + GALLERY.userWord(length)]!
    // A read-modify-write, because it keeps the loads above before it on every processor; a plain load would not.
    if (Atomics.add(words, generationAt, 0) !== generation || !(squared < nearestOther)) continue
    if (owner === user) {
      nearest = Math.min(nearest, squared)
    } else if (squared < nearest) {
      otherUser = user; nearestOther = nearest
      user = owner; nearest = squared
    } else {
      otherUser = owner; nearestOther = squared
    }
  }
  if (user === 0) return null
  const runnerUp = otherUser === 0 ? null : { user: otherUser, distance: Math.sqrt(nearestOther) }
  return { user, distance: Math.sqrt(nearest), runnerUp }
}

/**
 * Makes the search of a gallery: the probe against every row, exactly. It gives null when the gallery holds nobody;
 * distances are Euclidean, 0..∞.
 */
export function createMatcher (gallery: WebAssembly.Memory): Matcher {
  const startSearch = createRowSearch(gallery)

  function attempt (probe: Float32Array): Match | null {
    const words = new Int32Array(gallery.buffer)
    const rows = Atomics.load(words, GALLERY.rowsWord)
    if (rows === 0) return null
    const length = Atomics.load(words, GALLERY.lengthWord)
    if (length !== probe.length) throw new RangeError(`a probe of ${probe.length} numbers among encodings of ${length}`)
    const search = startSearch(probe, rows)
    try {
      return nearestTwo(gallery, search, rows)
    } finally {
      search.end()
    }
  }

  return (probe) => {
    for (let attempts = 1; ; attempts++) {
      const removals = Atomics.load(new Int32Array(gallery.buffer), GALLERY.removalsWord)
      const match = attempt(probe)
      const isSettled = Atomics.load(new Int32Array(gallery.buffer), GALLERY.removalsWord) === removals
      if (isSettled || attempts === ATTEMPTS) return match
    }
  }
}
