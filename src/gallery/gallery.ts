import { crc32 } from 'node:zlib'
import type { StoreChange, UserId, UserRecord } from '../store/encoding-store.ts'
import { areComparable, kindOf } from '../networks/kinds.ts'
import { centreOf } from './centre.ts'
import { createGalleryMatrix, type GalleryMatrix, type LinkedRows } from './gallery-matrix.ts'

/** Everyone enrolled, as the inference threads see it. It follows the store's changes and nothing else. */
export interface Gallery {
  /** For the inference threads. */
  readonly memory: WebAssembly.Memory
  /** Users with no encoding of the present kind, but some of the previous one; null without a previous kind. */
  readonly previousMemory: WebAssembly.Memory | null
  /** Follows one change of the store; encodings that stay are findable throughout. */
  apply (change: StoreChange): void
  /** Who has this number in a match; undefined if they were removed since. */
  userOf (number: number): UserId | undefined
  /** Enrolled users, all their encodings, those that are compared, and the users without one of the present kind. */
  counts (): { users: number, encodings: number, compared: number, outdated: number }
  /** The first encodings of up to so many users, evenly spread over all who have some of the present kind. */
  sample (usersMax: number): Float32Array[]
  /** 8 hex digits: the sum of the CRC-32 of each encoding in memory with its user's id. Equal for equal galleries. */
  checksum (): string
}

interface Enrolled {
  number: number
  userId: UserId
  /** Which kind of the two it is that is compared. */
  part: 0 | 1
  /** Of the encodings that are compared, and of their centre. */
  rows: LinkedRows
  encodings: number
  compared: number
}

/** Has no encoding of the present kind. */
const isOutdated = (user: Enrolled | undefined): boolean => user !== undefined && (user.rows === 0 || user.part === 1)

/**
 * Makes an empty gallery of the encodings that may be compared with those of `kind`, and of users who have none of them
 * but some of `previousKind`, those.
 */
export function createGallery (kind: string, previousKind: string | null = null): Gallery {
  const present = createGalleryMatrix()
  const previous = previousKind === null ? null : createGalleryMatrix()
  const enrolled = new Map<string, Enrolled>()
  /** By their numbers, which are never used again: a search that is under way may still tell an old one. */
  const byNumber: Array<Enrolled | undefined> = []
  let encodings = 0
  let compared = 0
  let outdated = 0
  let sum = 0

  const matrixOf = (part: Enrolled['part']): GalleryMatrix => part === 1 && previous ? previous : present

  function add (key: string, number: number, matrix: GalleryMatrix, vector: Float32Array): number {
    const row = matrix.add(number, vector)
    sum = (sum + crc32(matrix.bytesAt(row), crc32(key))) | 0
    return row
  }

  function remove (key: string, matrix: GalleryMatrix, row: number): void {
    sum = (sum - crc32(matrix.bytesAt(row), crc32(key))) | 0
    matrix.remove(row)
  }

  /** The user's encodings that are compared; the others stay in the store, but distances to them would mean nothing. */
  function comparableOf (record: UserRecord): { part: Enrolled['part'], vectors: Float32Array[] } {
    for (const [part, searched] of [[0, kind], [1, previousKind]] as const) {
      if (searched === null) continue
      const comparable = record.encodings.filter((encoding) => areComparable(kindOf(encoding), searched))
      if (comparable.length > 0) return { part, vectors: comparable.map(({ vector }) => vector) }
    }
    return { part: 0, vectors: [] }
  }

  return {
    memory: present.memory,
    previousMemory: previous?.memory ?? null,
    apply ({ key, record }) {
      const before = enrolled.get(key)
      const rowsBefore = before ? matrixOf(before.part).linked(before.rows) : []
      const rows: number[] = []
      let after: Enrolled | undefined
      if (record) {
        const number = before?.number ?? Math.max(1, byNumber.length)
        const { part, vectors } = comparableOf(record)
        const matrix = matrixOf(part)
        const held = before?.part === part ? rowsBefore : []
        const centre = centreOf(vectors)
        for (const vector of centre ? [...vectors, centre] : vectors) {
          const row = held.find((one) => matrix.holds(one, vector)) ?? add(key, number, matrix, vector)
          // The same photo may be registered twice.
          if (!rows.includes(row)) rows.push(row)
        }
        after = {
          number,
          userId: record.userId,
          part,
          rows: matrix.link(rows),
          encodings: record.encodings.length,
          compared: vectors.length
        }
        enrolled.set(key, after)
        byNumber[number] = after
      } else if (before) {
        enrolled.delete(key)
        byNumber[before.number] = undefined
      }
      for (const row of rowsBefore) {
        if (before?.part !== after?.part || !rows.includes(row)) remove(key, matrixOf(before!.part), row)
      }
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
        present.vectorAt(users[Math.floor(i * step)]!.rows - 1)
      ))
    },
    checksum: () => (sum >>> 0).toString(16).padStart(8, '0')
  }
}
