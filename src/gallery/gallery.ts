import { ENCODING_MODEL } from '../../workers/protocol.ts'
import type { StoreChange, UserId } from '../store/encoding-store.ts'
import { createGalleryMatrix } from './gallery-matrix.ts'

/** Everyone enrolled, as the inference threads see it. It follows the store's changes and nothing else. */
export interface Gallery {
  /** For the inference threads. */
  readonly memory: WebAssembly.Memory
  /** Follows one change of the store; a user who stays enrolled is findable throughout. */
  apply (change: StoreChange): void
  /** Who has this number in a match; undefined if they were removed since. */
  userOf (number: number): UserId | undefined
  /** Enrolled users and all their encodings. */
  counts (): { users: number, encodings: number }
}

interface Enrolled {
  number: number
  userId: UserId
  rows: number[]
  encodings: number
}

/** Makes an empty gallery. */
export function createGallery (): Gallery {
  const matrix = createGalleryMatrix()
  const enrolled = new Map<string, Enrolled>()
  const keys = new Map<number, string>()
  let lastNumber = 0
  let encodings = 0

  return {
    memory: matrix.memory,
    apply ({ key, record }) {
      const before = enrolled.get(key)
      if (record) {
        const number = before?.number ?? ++lastNumber
        // Encodings of another network are kept in the store, but distances to them would mean nothing.
        const comparable = record.encodings.filter(({ model }) => model === ENCODING_MODEL)
        const rows = comparable.map(({ vector }) => matrix.add(number, vector))
        enrolled.set(key, { number, userId: record.userId, rows, encodings: record.encodings.length })
        keys.set(number, key)
      } else if (before) {
        enrolled.delete(key)
        keys.delete(before.number)
      }
      before?.rows.forEach((row) => matrix.remove(row))
      encodings += (record?.encodings.length ?? 0) - (before?.encodings ?? 0)
    },
    userOf (number) {
      const key = keys.get(number)
      return key === undefined ? undefined : enrolled.get(key)?.userId
    },
    counts: () => ({ users: enrolled.size, encodings })
  }
}
