import type { StoreChange, UserId, UserRecord } from '../store/encoding-store.ts'
import { createSortedList, type SortedList } from './sorted-list.ts'

/** Where a user stands in the orders of the directory. */
export interface Place {
  readonly key: string
  /** The key is a whole number. */
  readonly isNumber: boolean
  /** The name without case and accents; null, for a user without one, comes last. */
  readonly sortName: string | null
  /** Milliseconds since 1970. */
  readonly updatedAt: number
}

/** What is known of a user without asking the store; metadata and consent are only there. Times in ms since 1970. */
export interface DirectoryEntry extends Place {
  readonly userId: UserId
  /** The key without case; nearly always the same text. */
  readonly lowerKey: string
  readonly displayName: string | null
  readonly groups: readonly string[]
  readonly validFrom: number | null
  readonly validUntil: number | null
  readonly encodings: number
}

/** Whether a user may be named now, will be, or may be no longer. */
export const VALIDITIES = ['valid', 'not_yet', 'expired'] as const
export type Validity = typeof VALIDITIES[number]

export const ORDERS = ['id', 'name', 'updated'] as const
export type Order = typeof ORDERS[number]

/** Which users of an order to look at; each condition that is given must hold. */
export interface DirectoryQuery {
  order: Order
  descending: boolean
  /** Where the page before ended. */
  after?: Place | undefined
  limit: number
  group?: string | undefined
  validity?: Validity | undefined
  /** Part of the id or of the name, whatever its case and accents. */
  text?: string | undefined
  updatedSince?: number | undefined
}

/** Some users in order, and where to go on; null when none is left. */
export interface DirectoryPage {
  users: DirectoryEntry[]
  next: Place | null
}

/** Everybody in the store, by id, name and time of the last change. It follows the store's changes and nothing else. */
export interface Directory {
  apply (change: StoreChange): void
  /** Sorts everybody at once, which is quicker than one by one; to be called when the store has announced all. */
  sort (): void
  get (key: string): DirectoryEntry | undefined
  /**
   * The next users of the order. A page ends early when very many were looked at: it may be short, or empty, and is the
   * last one only if `next` is null.
   */
  page (query: DirectoryQuery): DirectoryPage
}

/** Looking at so many takes some ms, in which nothing else is answered. */
const LOOKS_MAX = 25_000
const WHOLE_NUMBER = /^(?:0|[1-9]\d*)$/

/** A text as it is sorted and searched. */
export const foldText = (text: string): string => text.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase()

const compareTexts = (one: string, other: string): number => one < other ? -1 : one > other ? 1 : 0

/** Whole numbers first, in their order, then texts. */
function compareIds (one: Place, other: Place): number {
  if (one.isNumber !== other.isNumber) return one.isNumber ? -1 : 1
  return (one.isNumber ? one.key.length - other.key.length : 0) || compareTexts(one.key, other.key)
}

const COMPARE: Readonly<Record<Order, (one: Place, other: Place) => number>> = {
  id: compareIds,
  name (one, other) {
    if (one.sortName === null || other.sortName === null) {
      return Number(one.sortName === null) - Number(other.sortName === null) || compareIds(one, other)
    }
    return compareTexts(one.sortName, other.sortName) || compareIds(one, other)
  },
  updated: (one, other) => one.updatedAt - other.updatedAt || compareIds(one, other)
}

/** The place of a user in the order, by what the order goes by: null for a name that there is not. */
export function placeOf (order: Order, key: string, by: string | number | null): Place {
  return {
    key,
    isNumber: WHOLE_NUMBER.test(key),
    sortName: order === 'name' && typeof by === 'string' ? by : null,
    updatedAt: order === 'updated' && typeof by === 'number' ? by : 0
  }
}

function validityOf ({ validFrom, validUntil }: DirectoryEntry, now: number): Validity {
  if (validUntil !== null && validUntil <= now) return 'expired'
  return validFrom !== null && validFrom > now ? 'not_yet' : 'valid'
}

/** The condition of a query as a function of an entry. */
function filterOf ({ group, validity, text, updatedSince }: DirectoryQuery): (entry: DirectoryEntry) => boolean {
  const part = text === undefined ? undefined : foldText(text)
  const now = Date.now()
  return (entry) => (
    (updatedSince === undefined || entry.updatedAt >= updatedSince) &&
    (group === undefined || entry.groups.includes(group)) &&
    (validity === undefined || validityOf(entry, now) === validity) &&
    (part === undefined || entry.sortName?.includes(part) || entry.lowerKey.includes(part))
  )
}

/** Lists of groups, each once however many users have it: few lists are had by many. */
function createGroupLists (): {
  take (groups: readonly string[]): readonly string[]
  give (groups: readonly string[]): void
} {
  const lists = new Map<string, { groups: readonly string[], users: number }>()
  return {
    take (groups) {
      const name = JSON.stringify(groups)
      const list = lists.get(name) ?? { groups, users: 0 }
      list.users++
      lists.set(name, list)
      return list.groups
    },
    give (groups) {
      const name = JSON.stringify(groups)
      const list = lists.get(name)
      if (list && --list.users === 0) lists.delete(name)
    }
  }
}

const timeOf = (time: string | undefined): number | null => time === undefined ? null : Date.parse(time)

/** Makes an empty directory. */
export function createDirectory (): Directory {
  const groupLists = createGroupLists()
  /** Until they are sorted. */
  let unsorted: Map<string, DirectoryEntry> | null = new Map<string, DirectoryEntry>()
  let lists: Readonly<Record<Order, SortedList<Place, DirectoryEntry>>> | undefined

  function sorted (): NonNullable<typeof lists> {
    if (!lists) {
      const entries = [...unsorted?.values() ?? []]
      lists = {
        id: createSortedList(COMPARE.id, entries),
        name: createSortedList(COMPARE.name, entries),
        updated: createSortedList(COMPARE.updated, entries)
      }
      unsorted = null
    }
    return lists
  }

  const get = (key: string): DirectoryEntry | undefined =>
    unsorted ? unsorted.get(key) : sorted().id.find(placeOf('id', key, null))

  function remove (entry: DirectoryEntry): void {
    groupLists.give(entry.groups)
    if (unsorted) unsorted.delete(entry.key)
    else for (const list of Object.values(sorted())) list.remove(entry)
  }

  function add (entry: DirectoryEntry): void {
    if (unsorted) unsorted.set(entry.key, entry)
    else for (const list of Object.values(sorted())) list.add(entry)
  }

  function entryOf (key: string, record: UserRecord): DirectoryEntry {
    const { userId, displayName = null, groups = [], validFrom, validUntil, encodings } = record
    return {
      key,
      isNumber: WHOLE_NUMBER.test(key),
      // The key is kept anyway: one text instead of two.
      userId: typeof userId === 'string' ? key : userId,
      lowerKey: key.toLowerCase(),
      displayName,
      sortName: displayName === null ? null : foldText(displayName),
      groups: groupLists.take(groups),
      validFrom: timeOf(validFrom),
      validUntil: timeOf(validUntil),
      updatedAt: Date.parse(record.updatedAt),
      encodings: encodings.length
    }
  }

  return {
    apply ({ key, record }) {
      const before = get(key)
      if (before) remove(before)
      if (record) add(entryOf(key, record))
    },
    sort: () => { sorted() },
    get,
    page (query) {
      const { order, descending, after, limit } = query
      const isWanted = filterOf(query)
      const users: DirectoryEntry[] = []
      let last: Place | null = null
      let next: Place | null = null
      let looks = 0
      function visit (entry: DirectoryEntry): boolean {
        if (users.length === limit || looks === LOOKS_MAX) {
          next = last
          return false
        }
        looks++
        last = entry
        if (isWanted(entry)) users.push(entry)
        return true
      }
      if (descending) sorted()[order].descend(after, visit)
      else sorted()[order].ascend(after, visit)
      return { users, next }
    }
  }
}
