/** Items by their places in an order, any number of them: a change moves a few hundred at most. */
export interface SortedList<Place, T extends Place> {
  /** There must be no other item in this place. */
  add (item: T): void
  /** Removes the item in this place, if there is one. */
  remove (place: Place): void
  find (place: Place): T | undefined
  /** Calls `visit` with the items after this place, or from the first, in order, until it returns false. */
  ascend (after: Place | undefined, visit: (item: T) => boolean): void
  /** The same with those before it, or from the last, backwards. */
  descend (before: Place | undefined, visit: (item: T) => boolean): void
}

/** A block of this many is split. */
const BLOCK_MAX = 512
/** Of a block at first: there is room for more. */
const BLOCK_FILLED = 384

/** The number of items for which `isBefore` holds, which are the first ones. */
function partition<T> (items: readonly T[], isBefore: (item: T) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(items[middle]!)) low = middle + 1
    else high = middle
  }
  return low
}

/** Makes a list of the items in the order of `compare`; the place of one that is in it must not change. */
export function createSortedList<Place, T extends Place> (
  compare: (one: Place, other: Place) => number, items: readonly T[] = []
): SortedList<Place, T> {
  const sorted = items.toSorted(compare)
  /** None is empty, but for an only one. */
  const blocks: T[][] = [sorted.slice(0, BLOCK_FILLED)]
  for (let at = BLOCK_FILLED; at < sorted.length; at += BLOCK_FILLED) blocks.push(sorted.slice(at, at + BLOCK_FILLED))

  /** The block and the position of the first item in this place or after it. */
  function seek (place: Place): { number: number, block: T[], at: number } {
    const number = Math.max(0, partition(blocks, (block) => block.length > 0 && compare(block[0]!, place) <= 0) - 1)
    const block = blocks[number]!
    return { number, block, at: partition(block, (other) => compare(other, place) < 0) }
  }

  const isAt = (block: readonly T[], at: number, place: Place): boolean =>
    at < block.length && compare(block[at]!, place) === 0

  return {
    add (item) {
      const { number, block, at } = seek(item)
      block.splice(at, 0, item)
      if (block.length < BLOCK_MAX) return
      // Items that come in order fill the blocks.
      const isLast = number === blocks.length - 1 && at === block.length - 1
      blocks.splice(number + 1, 0, block.splice(isLast ? at : BLOCK_MAX / 2))
    },
    remove (place) {
      const { number, block, at } = seek(place)
      if (!isAt(block, at, place)) return
      block.splice(at, 1)
      if (block.length === 0 && blocks.length > 1) blocks.splice(number, 1)
    },
    find (place) {
      const { block, at } = seek(place)
      return isAt(block, at, place) ? block[at] : undefined
    },
    ascend (after, visit) {
      const from = after === undefined ? { number: 0, block: blocks[0]!, at: 0 } : seek(after)
      let at = after !== undefined && isAt(from.block, from.at, after) ? from.at + 1 : from.at
      for (let number = from.number; number < blocks.length; number++, at = 0) {
        const block = blocks[number]!
        for (; at < block.length; at++) if (!visit(block[at]!)) return
      }
    },
    descend (before, visit) {
      const last = blocks.length - 1
      const from = before === undefined ? { number: last, at: blocks[last]!.length } : seek(before)
      let at = from.at - 1
      for (let number = from.number; number >= 0; at = (blocks[--number]?.length ?? 0) - 1) {
        const block = blocks[number]!
        for (; at >= 0; at--) if (!visit(block[at]!)) return
      }
    }
  }
}
