import type { SearchedRows } from '../../workers/protocol.ts'
import { createRowSet, type RowSet } from './row-set.ts'

/** What a user brings into each of their groups. */
export interface Membership {
  /** Which of the two kinds it is that is compared. */
  part: 'present' | 'previous'
  rows: readonly number[]
  /** Encodings that are compared. */
  compared: number
}

/** The groups that somebody is in. */
export interface Groups {
  join (names: readonly string[], membership: Membership): void
  /** With what the user joined by. */
  leave (names: readonly string[], membership: Membership): void
  has (name: string): boolean
  /** Encodings that are compared in a search of these groups; those of somebody in several of them count in each. */
  compared (names: readonly string[]): number
  /** For a search of these groups. */
  rows (names: readonly string[]): SearchedRows
}

interface Group {
  users: number
  compared: number
  present: RowSet
  previous: RowSet
}

/** Has no group at first. */
export function createGroups (): Groups {
  const groups = new Map<string, Group>()

  function groupOf (name: string): Group {
    const group = groups.get(name) ?? { users: 0, compared: 0, present: createRowSet(), previous: createRowSet() }
    groups.set(name, group)
    return group
  }

  const among = (names: readonly string[]): Group[] => names.flatMap((name) => groups.get(name) ?? [])

  return {
    join (names, { part, rows, compared }) {
      for (const name of names) {
        const group = groupOf(name)
        group.users++
        group.compared += compared
        for (const row of rows) group[part].add(row)
      }
    },
    leave (names, { part, rows, compared }) {
      for (const name of names) {
        const group = groupOf(name)
        group.users--
        group.compared -= compared
        for (const row of rows) group[part].remove(row)
        if (group.users === 0) groups.delete(name)
      }
    },
    has: (name) => groups.has(name),
    compared: (names) => among(names).reduce((sum, { compared }) => sum + compared, 0),
    rows: (names) => ({
      present: among(names).map(({ present }) => present.runs()),
      previous: among(names).map(({ previous }) => previous.runs())
    })
  }
}
