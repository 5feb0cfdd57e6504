import type { RowRuns } from '../../workers/protocol.ts'

/** Rows of the gallery that are searched by themselves. */
export interface RowSet {
  /** A row that is not in the set. */
  add (row: number): void
  /** A row that is in the set. */
  remove (row: number): void
  /** For the inference threads: the rows as they are now, whatever changes later. */
  runs (): RowRuns
}

const ROWS_FIRST = 8

/** Makes an empty set. A change moves four bytes for each row behind the one that changes. */
export function createRowSet (): RowSet {
  /** Ascending; those from `count` on are not in use. */
  let rows = new Int32Array(ROWS_FIRST)
  let count = 0
  let runs: RowRuns | null = null

  /** The place of the first row that is not below this one. */
  function placeOf (row: number): number {
    let [low, high] = [0, count]
    // Loading everybody adds each row behind all others.
    if (count === 0 || rows[count - 1]! < row) return count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (rows[middle]! < row) low = middle + 1
      else high = middle
    }
    return low
  }

  function makeRuns (): RowRuns {
    const bounds: number[] = []
    for (const row of rows.subarray(0, count)) {
      if (bounds.at(-1) === row) bounds[bounds.length - 1] = row + 1
      else bounds.push(row, row + 1)
    }
    const made: RowRuns = new Int32Array(new SharedArrayBuffer(bounds.length * Int32Array.BYTES_PER_ELEMENT))
    made.set(bounds)
    return made
  }

  return {
    add (row) {
      if (count === rows.length) {
        const larger = new Int32Array(2 * count)
        larger.set(rows)
        rows = larger
      }
      const place = placeOf(row)
      rows.copyWithin(place + 1, place, count++)
      rows[place] = row
      runs = null
    },
    remove (row) {
      const place = placeOf(row)
      rows.copyWithin(place, place + 1, count--)
      runs = null
    },
    runs: () => (runs ??= makeRuns())
  }
}
