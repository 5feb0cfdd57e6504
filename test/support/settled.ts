/** How far numbers of a reply may be from those in a document, and as a share: processors round differently. */
const ERROR_MAX = 0.02
/** Times and random ids: other ones each time. */
const CHANGING = [/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/]

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
