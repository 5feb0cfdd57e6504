import type { StoreChange, UserId } from '../store/encoding-store.ts'
import { createGalleryMatrix } from './gallery-matrix.ts'

/** Everyone enrolled, as the inference threads see it. It follows the store's changes and nothing else. */
export interface Gallery {
  /** For the inference threads. */
  readonly memory: WebAssembly.Memory
  /** Follows one change of the store; encodings that stay are findable throughout. */
  apply (change: StoreChange): void
  /** Who has this number in a match; undefined if they were removed since. */
  userOf (number: number): UserId | undefined
  /** Enrolled users, all their encodings, and the users who have only encodings of other networks. */
  counts (): { users: number, encodings: number, outdated: number }
}

interface Enrolled {
  number: number
  userId: UserId
  rows: number[]
  encodings: number
}

const isOutdated = (enrolled: Enrolled | undefined): boolean => enrolled !== undefined && enrolled.rows.length === 0

/** Makes an empty gallery of the encodings of one network. */
export function createGallery (networkId: string): Gallery {
  const matrix = createGalleryMatrix()
  const enrolled = new Map<string, Enrolled>()
  const keys = new Map<number, string>()
  let lastNumber = 0
  let encodings = 0
  let outdated = 0

  return {
    memory: matrix.memory,
    apply ({ key, record }) {
      const before = enrolled.get(key)
      let after: Enrolled | undefined
      if (record) {
        const number = before?.number ?? ++lastNumber
        // Encodings of another network are kept in the store, but distances to them would mean nothing.
        const comparable = record.encodings.filter(({ model }) => model === networkId)
        // A set, because the same photo may be registered twice.
        const rows = new Set(comparable.map(({ vector }) => before?.rows.find((row) => matrix.holds(row, vector)) ?? matrix.add(number, vector)))
        after = { number, userId: record.userId, rows: [...rows], encodings: record.encodings.length }
        enrolled.set(key, after)
        keys.set(number, key)
      } else if (before) {
        enrolled.delete(key)
        keys.delete(before.number)
      }
      before?.rows.filter((row) => !after?.rows.includes(row)).forEach((row) => matrix.remove(row))
      encodings += (after?.encodings ?? 0) - (before?.encodings ?? 0)
      outdated += Number(isOutdated(after)) - Number(isOutdated(before))
    },
    userOf (number) {
      const key = keys.get(number)
      return key === undefined ? undefined : enrolled.get(key)?.userId
    },
    counts: () => ({ users: enrolled.size, encodings, outdated })
  }
}
