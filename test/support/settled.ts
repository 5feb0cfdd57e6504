/** How far numbers of a reply may be from those in a document, and as a share: processors round differently. */
const ERROR_MAX = 0.02
/** Other ones each time. */
const CHANGING = [
  /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, // Times,
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, // random ids,
  /^([0-9a-f]{12}|[0-9a-f]{16})$/, // those of keys, sessions and encodings,
  /^\d{8}-[\w-]{8,64}$/, // those of events, which begin with the day,
  /^\d{6}$/, // codes of pairings,
  /^frs_[0-9a-f]{12}_([\w-]{43}|…)$/ // and keys, whose secret no document shows.
]

/** The value with what changes, and with numbers that are as good as equal, as they are in `like`. */
export function settled (value: unknown, like: unknown): unknown {
  if (typeof value === 'string') {
    return CHANGING.some((pattern) => pattern.test(value) && pattern.test(String(like))) ? like : value
  }
  if (typeof value === 'number') {
    return Math.abs(value - Number(like)) <= ERROR_MAX * Math.max(1, Math.abs(value)) ? like : value
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((part, i) => settled(part, (like as unknown[] | undefined)?.[i]))
  const entries = Object.entries(value)
  return Object.fromEntries(entries.map(([name, part]) =>
    [name, settled(part, (like as Record<string, unknown>)?.[name])]))
}
