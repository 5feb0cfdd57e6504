/**
 * When a user was last recognised, and how far from their encodings since they last registered; distances are on the
 * scale of all networks. A few numbers, of which one day is one observation: src/recognition/drift.ts.
 */
export interface Sighting {
  /** The last day, counted from 1970-01-01 in UTC, the recognitions on it, and the sum of their distances. */
  day: number
  count: number
  sum: number
  /** Days before that one. */
  days: number
  /** Mean distance of the first of these days, running mean of the recent ones, and that of the last one. */
  first: number
  recent: number
  last: number
  /** Sum of the squared differences between each day and the one before. */
  squares: number
  /** How often the face was nearest to which encoding, by its id; the latest last. */
  matches?: Readonly<Record<string, number>>
}

/** What becomes of a user's sighting; null for one that is not there, or is to go. */
export type ChangeSighting = (key: string, present: Sighting | null) => Sighting | null

/**
 * Keeps the users' sightings beside their encodings, for all processes that share the folder or the database. Nothing
 * of it is held in memory. Encrypted as the encodings are.
 */
export interface SightingStore {
  /** The day since when sightings have been kept here: about the time before, they say nothing. */
  since (): Promise<number>
  read (key: string): Promise<Sighting | null>
  /** All users who were seen, in no order, each as it is at some moment. */
  entries (): AsyncIterable<[key: string, sighting: Sighting]>
  /**
   * Changes the sightings of these users in parts, each durable and whole when `onStored` is called with its users, and
   * one after the other in whatever processes. `change` may be called more than once. Throws `STORE_UNAVAILABLE` or
   * `STORE_FULL` when the storage fails; then the parts that were told of are stored, and the others are not.
   */
  update (keys: Iterable<string>, change: ChangeSighting, onStored?: (keys: readonly string[]) => void): Promise<void>
  close (): Promise<void>
}

export const DAY_MS = 86_400_000

/** The day of a moment in milliseconds since 1970, as {@link Sighting} counts it. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS)
export const today = (): number => dayOf(Date.now())

const FIELDS = ['day', 'count', 'sum', 'days', 'first', 'recent', 'last', 'squares'] as const
const DECIMALS = 1e6

/** The sighting as a list of numbers for JSON, and what each encoding carried. */
export const sightingToNumbers = ({ matches, ...sighting }: Sighting): unknown[] => [
  ...FIELDS.map((field) => Math.round(sighting[field] * DECIMALS) / DECIMALS), ...matches ? [matches] : []
]

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0

function matchesOf (value: unknown): Sighting['matches'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, number] => isCount(entry[1])))
}

/** The inverse of {@link sightingToNumbers}; null for anything else. A newer version may have more in it. */
export function sightingFromNumbers (value: unknown): Sighting | null {
  if (!Array.isArray(value) || value.length < FIELDS.length) return null
  const numbers = value.slice(0, FIELDS.length) as unknown[]
  if (!numbers.every((number) => typeof number === 'number' && Number.isFinite(number))) return null
  const sighting = Object.fromEntries(FIELDS.map((field, i) => [field, numbers[i]])) as unknown as Sighting
  const matches = matchesOf(value[FIELDS.length])
  return matches ? { ...sighting, matches } : sighting
}
