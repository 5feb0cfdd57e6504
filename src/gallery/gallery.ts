import { crc32 } from 'node:zlib'
import type { StoreChange, UserId } from '../store/encoding-store.ts'
import { areComparable, kindOf } from '../networks/kinds.ts'
import { centreOf } from './centre.ts'
import { createGalleryMatrix, type LinkedRows } from './gallery-matrix.ts'

/** Everyone enrolled, as the inference threads see it. It follows the store's changes and nothing else. */
export interface Gallery {
  /** For the inference threads. */
  readonly memory: WebAssembly.Memory
  /** Follows one change of the store; encodings that stay are findable throughout. */
  apply (change: StoreChange): void
  /** Who has this number in a match; undefined if they were removed since. */
  userOf (number: number): UserId | undefined
  /** Enrolled users, all their encodings, those of them that are compared, and the users of whom none is. */
  counts (): { users: number, encodings: number, compared: number, outdated: number }
  /** The first encodings of up to so many users, evenly spread over all who can be compared. */
  sample (usersMax: number): Float32Array[]
  /** 8 hex digits: the sum of the CRC-32 of each encoding in memory with its user's id. The same for equal galleries. */
  checksum (): string
}

interface Enrolled {
  number: number
  userId: UserId
  /** Of the encodings that are compared, and of their centre. */
  rows: LinkedRows
  encodings: number
  compared: number
}

const isOutdated = (enrolled: Enrolled | undefined): boolean => enrolled !== undefined && enrolled.rows === 0

/** Makes an empty gallery of the encodings that may be compared with those of this kind. */
export function createGallery (kind: string): Gallery {
  const matrix = createGalleryMatrix()
  const enrolled = new Map<string, Enrolled>()
  /** By their numbers, which are never used again: a search that is under way may still tell an old one. */
  const byNumber: Array<Enrolled | undefined> = []
  let encodings = 0
  let compared = 0
  let outdated = 0
  let sum = 0

  function add (key: string, number: number, vector: Float32Array): number {
    const row = matrix.add(number, vector)
    sum = (sum + crc32(matrix.bytesAt(row), crc32(key))) | 0
    return row
  }

  function remove (key: string, row: number): void {
    sum = (sum - crc32(matrix.bytesAt(row), crc32(key))) | 0
    matrix.remove(row)
  }

  return {
    memory: matrix.memory,
    apply ({ key, record }) {
      const before = enrolled.get(key)
      const rowsBefore = before ? matrix.linked(before.rows) : []
      const rows: number[] = []
      let after: Enrolled | undefined
      if (record) {
        const number = before?.number ?? Math.max(1, byNumber.length)
        // The others are kept in the store, but distances to them would mean nothing.
        const comparable = record.encodings.filter((encoding) => areComparable(kindOf(encoding), kind))
        const vectors = comparable.map(({ vector }) => vector)
        const centre = centreOf(vectors)
        for (const vector of centre ? [...vectors, centre] : vectors) {
          const row = rowsBefore.find((held) => matrix.holds(held, vector)) ?? add(key, number, vector)
          // The same photo may be registered twice.
          if (!rows.includes(row)) rows.push(row)
        }
        after = {
          number,
          userId: record.userId,
          rows: matrix.link(rows),
          encodings: record.encodings.length,
          compared: comparable.length
        }
        enrolled.set(key, after)
        byNumber[number] = after
      } else if (before) {
        enrolled.delete(key)
        byNumber[before.number] = undefined
      }
      for (const row of rowsBefore) if (!rows.includes(row)) remove(key, row)
      encodings += (after?.encodings ?? 0) - (before?.encodings ?? 0)
      compared += (after?.compared ?? 0) - (before?.compared ?? 0)
      outdated += Number(isOutdated(after)) - Number(isOutdated(before))
    },
    userOf: (number) => byNumber[number]?.userId,
    counts: () => ({ users: enrolled.size, encodings, compared, outdated }),
    sample (usersMax) {
      const users = [...enrolled.values()].filter((user) => !isOutdated(user))
      const step = Math.max(1, users.length / usersMax)
      return Array.from({ length: Math.min(users.length, usersMax) }, (_, i) => (
        matrix.vectorAt(users[Math.floor(i * step)]!.rows - 1)
      ))
    },
    checksum: () => (sum >>> 0).toString(16).padStart(8, '0')
  }
}
