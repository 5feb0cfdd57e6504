import { crc32 } from 'node:zlib'
import type { SearchedRows } from '../../workers/protocol.ts'
import type { Rejection, StoreChange, UserId, UserRecord } from '../store/encoding-store.ts'
import { areComparable, kindOf } from '../networks/kinds.ts'
import { distanceOf } from '../networks/distance.ts'
import { centreOf } from './centre.ts'
import { encodingIdOf } from './encoding-id.ts'
import { createEnrolledUsers, type Enrolled } from './enrolled-users.ts'
import { createGalleryMatrix, type GalleryMatrix } from './gallery-matrix.ts'
import { createGroups } from './groups.ts'
import { isActive, nextChange, termsOf } from './terms.ts'

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
  /** Whether somebody is in the group. */
  hasGroup (name: string): boolean
  /** What a search of these groups looks at, as they are now. */
  rowsOf (groups: readonly string[]): SearchedRows
  /** Whether the user is named at this moment, in milliseconds since 1970, when these groups are searched. */
  isNamed (userId: UserId, groups: readonly string[] | null, now: number): boolean
  /** Faces that are not the user's. */
  rejectionsOf (userId: UserId): readonly Rejection[]
  /** Users with such faces. */
  usersWithRejections (): number
  /** Has searches leave out whom {@link isNamed} will exclude at this moment, so that they do not hide others. */
  updateValidity (now: number): void
  /**
   * What is compared of a user: encodings and their centre, of the present kind or, if `isPrevious`, of the previous
   * one; none if they have no encoding of either. Undefined if nobody is enrolled under this key.
   */
  compared (key: string): { userId: UserId, vectors: Float32Array[], isPrevious: boolean } | undefined
  /**
   * The id of the user's encoding that is nearest to this one; undefined if none of the present kind is compared.
   */
  nearestEncoding (key: string, probe: Float32Array): string | undefined
  /** Enrolled users, all their encodings, those that are compared, and the users without one of the present kind. */
  counts (): { users: number, encodings: number, compared: number, outdated: number }
  /** Encodings that a search of these groups compares; those of somebody in several of them count in each. */
  comparedIn (groups: readonly string[] | null): number
  /** The first encodings of up to so many users, evenly spread over all who have some of the present kind. */
  sample (usersMax: number): Float32Array[]
  /** 8 hex digits: the sum of the CRC-32 of each encoding in memory with its user's id. Equal for equal galleries. */
  checksum (): string
}

/** Has no encoding of the present kind. */
const isOutdated = (user: Enrolled | undefined): boolean =>
  user !== undefined && (user.rows === 0 || user.part === 'previous')

/**
 * Makes an empty gallery of the encodings that may be compared with those of `kind`, and of users who have none of them
 * but some of `previousKind`, those.
 */
export function createGallery (kind: string, previousKind: string | null = null): Gallery {
  const present = createGalleryMatrix()
  const previous = previousKind === null ? null : createGalleryMatrix()
  const enrolled = createEnrolledUsers()
  const groups = createGroups()
  /** Numbers of those of whom it changes whether they may be named, and when it does so next. */
  const dated = new Set<number>()
  let validityAt = Infinity
  let withRejections = 0
  let encodings = 0
  let compared = 0
  let outdated = 0
  let sum = 0

  const matrixOf = (part: Enrolled['part']): GalleryMatrix => part === 'previous' && previous ? previous : present
  const linkedRows = ({ part, rows }: Enrolled): number[] => matrixOf(part).linked(rows)

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
    for (const [part, searched] of [['present', kind], ['previous', previousKind]] as const) {
      if (searched === null) continue
      const comparable = record.encodings.filter((encoding) => areComparable(kindOf(encoding), searched))
      if (comparable.length > 0) return { part, vectors: comparable.map(({ vector }) => vector) }
    }
    return { part: 'present', vectors: [] }
  }

  /** The user as of now, with rows for what is compared; rows that hold some of it already stay. */
  function enrol (key: string, record: UserRecord, before: Enrolled | undefined, rowsBefore: number[]): Enrolled {
    const number = before?.number ?? enrolled.nextNumber()
    const terms = termsOf(record)
    const shown = isActive(terms, Date.now()) ? number : -number
    const { part, vectors } = comparableOf(record)
    const matrix = matrixOf(part)
    const held = before?.part === part ? rowsBefore : []
    const centre = centreOf(vectors)
    const rows: number[] = []
    for (const vector of centre ? [...vectors, centre] : vectors) {
      const row = held.find((one) => matrix.holds(one, vector)) ?? add(key, shown, matrix, vector)
      matrix.setUser(row, shown)
      // The same photo may be registered twice.
      if (!rows.includes(row)) rows.push(row)
    }
    const { length: compared } = vectors
    return {
      number, userId: record.userId, part, rows: matrix.link(rows), encodings: record.encodings.length, compared, terms
    }
  }

  /** Follows when and where the user is named, and for which faces not. */
  function follow (before: Enrolled | undefined, rowsBefore: number[], after: Enrolled | undefined): void {
    if (before?.terms) {
      if (before.terms.rejections.length > 0) withRejections--
      groups.leave(before.terms.groups, { ...before, rows: rowsBefore })
      dated.delete(before.number)
    }
    if (after?.terms) {
      if (after.terms.rejections.length > 0) withRejections++
      groups.join(after.terms.groups, { ...after, rows: linkedRows(after) })
      const changesAt = nextChange(after.terms, Date.now())
      if (changesAt < Infinity) dated.add(after.number)
      validityAt = Math.min(validityAt, changesAt)
    }
  }

  return {
    memory: present.memory,
    previousMemory: previous?.memory ?? null,
    apply ({ key, record }) {
      const before = enrolled.get(key)
      const rowsBefore = before ? linkedRows(before) : []
      const after = record ? enrol(key, record, before, rowsBefore) : undefined
      follow(before, rowsBefore, after)
      if (after) enrolled.set(key, after)
      else enrolled.delete(key)
      if (before) {
        const kept = after?.part === before.part ? linkedRows(after) : []
        for (const row of rowsBefore) if (!kept.includes(row)) remove(key, matrixOf(before.part), row)
      }
      encodings += (after?.encodings ?? 0) - (before?.encodings ?? 0)
      compared += (after?.compared ?? 0) - (before?.compared ?? 0)
      outdated += Number(isOutdated(after)) - Number(isOutdated(before))
    },
    userOf: (number) => enrolled.at(number)?.userId,
    hasGroup: groups.has,
    rowsOf: groups.rows,
    isNamed (userId, names, now) {
      const user = enrolled.get(String(userId))
      if (!user || !isActive(user.terms, now)) return false
      return names === null || names.some((name) => user.terms?.groups.includes(name))
    },
    rejectionsOf: (userId) => enrolled.get(String(userId))?.terms?.rejections ?? [],
    usersWithRejections: () => withRejections,
    updateValidity (now) {
      if (now < validityAt) return
      validityAt = Infinity
      for (const number of dated) {
        const user = enrolled.at(number)! // Who leaves, leaves both.
        const shown = isActive(user.terms, now) ? user.number : -user.number
        for (const row of linkedRows(user)) matrixOf(user.part).setUser(row, shown)
        validityAt = Math.min(validityAt, nextChange(user.terms!, now))
      }
    },
    compared (key) {
      const user = enrolled.get(key)
      if (!user) return undefined
      const matrix = matrixOf(user.part)
      const vectors = linkedRows(user).map((row) => matrix.vectorAt(row))
      return { userId: user.userId, vectors, isPrevious: user.part === 'previous' }
    },
    nearestEncoding (key, probe) {
      const user = enrolled.get(key)
      if (!user || isOutdated(user)) return undefined
      const rows = linkedRows(user)
      // The last one is the centre, which is no encoding.
      const own = user.compared > 1 && rows.length > 1 ? rows.slice(0, -1) : rows
      const distances = own.map((row) => distanceOf(present.vectorAt(row), probe))
      return encodingIdOf(present.bytesAt(own[distances.indexOf(Math.min(...distances))]!))
    },
    counts: () => ({ users: enrolled.count(), encodings, compared, outdated }),
    comparedIn: (names) => names ? Math.min(compared, groups.compared(names)) : compared,
    sample (usersMax) {
      const step = Math.max(1, (enrolled.count() - outdated) / usersMax)
      const vectors: Float32Array[] = []
      let passed = 0
      for (const user of enrolled.values()) {
        if (isOutdated(user) || passed++ < Math.floor(vectors.length * step)) continue
        vectors.push(present.vectorAt(user.rows - 1))
        if (vectors.length === usersMax) break
      }
      return vectors
    },
    checksum: () => (sum >>> 0).toString(16).padStart(8, '0')
  }
}
