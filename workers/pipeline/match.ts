import { createRowSearch, type RowSearch } from '../kernels/gallery-search.ts'
import { GALLERY, squaredDistance } from '../gallery-layout.ts'
import type { Neighbour, RowRuns, Search } from '../protocol.ts'

/** So often a search begins again because rows changed meanwhile; the last one counts. */
const ATTEMPTS = 3

/** A search of one gallery. */
export interface Wanted extends Pick<Search, 'usersMax' | 'alsoInactive'> {
  /** Of the rows to look at, all unless told; a row in several of them is looked at as often. */
  runs?: readonly RowRuns[] | undefined
}

/** Finds the nearest users, each once, the nearest first; nobody when the gallery holds nobody. */
export type Matcher = (probe: Float32Array, wanted?: Wanted) => Neighbour[]

/** The nearest, and the runner-up. */
export const USERS = 2

/**
 * Goes through the rows of these runs that are nearer than the last of the `usersMax` nearest users so far. A row that
 * the main thread changes meanwhile counts as gone: its generation is read before and after.
 */
function nearestUsers (
  gallery: WebAssembly.Memory,
  search: RowSearch,
  runs: ReadonlyArray<ArrayLike<number>>,
  { usersMax = USERS, alsoInactive = false }: Wanted
): Neighbour[] {
  const words = new Int32Array(gallery.buffer)
  const halves = new Int16Array(gallery.buffer)
  const floats = new Float32Array(gallery.buffer)
  const { numbers } = search.probe
  const { length } = numbers
  const nearest: Array<{ user: number, squared: number }> = []
  let limit = Infinity

  function squaredAt (at: number): number {
    let products = 0
    for (let i = 0; i < length; i++) products += halves[2 * at + i]! * numbers[i]!
    const row = { scale: floats[at + GALLERY.scaleWord(length)]!, squares: words[at + GALLERY.squaresWord(length)]! }
    return squaredDistance(search.probe, row, products)
  }

  function add (user: number, squared: number): void {
    const known = nearest.findIndex((one) => one.user === user)
    if (known >= 0) {
      if (nearest[known]!.squared <= squared) return
      nearest.splice(known, 1)
    }
    const place = nearest.findLastIndex((one) => one.squared <= squared) + 1
    nearest.splice(place, 0, { user, squared })
    if (nearest.length > usersMax) nearest.pop()
    if (nearest.length === usersMax) limit = nearest.at(-1)!.squared
  }

  function lookAt (row: number): void {
    const at = GALLERY.firstRowWord + row * GALLERY.rowWords(length)
    const generationAt = at + GALLERY.generationWord(length)
    const generation = Atomics.load(words, generationAt)
    if (generation % 2 === 0) return
    const squared = squaredAt(at)
    const user = words[at + GALLERY.userWord(length)]!
    // A read-modify-write, because it keeps the loads above before it on every processor; a plain load would not.
    if (Atomics.add(words, generationAt, 0) !== generation || !(squared < limit)) return
    if (user > 0 || alsoInactive) add(Math.abs(user), squared)
  }

  for (const run of runs) {
    for (let i = 0; i < run.length; i += 2) {
      const end = run[i + 1]!
      for (let row = search.next(run[i]!, end, limit); row < end; row = search.next(row + 1, end, limit)) lookAt(row)
    }
  }
  return nearest.map(({ user, squared }) => ({ user, distance: Math.sqrt(squared) }))
}

/** Makes the search of a gallery: the probe against every row wanted, exactly; distances are Euclidean, 0..∞. */
export function createMatcher (gallery: WebAssembly.Memory): Matcher {
  const startSearch = createRowSearch(gallery)

  function attempt (probe: Float32Array, wanted: Wanted): Neighbour[] {
    const words = new Int32Array(gallery.buffer)
    const rows = Atomics.load(words, GALLERY.rowsWord)
    if (rows === 0) return []
    const length = Atomics.load(words, GALLERY.lengthWord)
    if (length !== probe.length) throw new RangeError(`a probe of ${probe.length} numbers among encodings of ${length}`)
    const search = startSearch(probe)
    try {
      return nearestUsers(gallery, search, wanted.runs ?? [[0, rows]], wanted)
    } finally {
      search.end()
    }
  }

  return (probe, wanted = {}) => {
    for (let attempts = 1; ; attempts++) {
      const removals = Atomics.load(new Int32Array(gallery.buffer), GALLERY.removalsWord)
      const neighbours = attempt(probe, wanted)
      const isSettled = Atomics.load(new Int32Array(gallery.buffer), GALLERY.removalsWord) === removals
      if (isSettled || attempts === ATTEMPTS) return neighbours
    }
  }
}
