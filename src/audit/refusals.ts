import type { RefusalsEntry } from './entry.ts'

/** Further addresses within a minute are added up under one name. */
const ADDRESSES_MAX = 1_000
const OTHERS = 'others'

/** Adds up requests that were refused for their key, by address. */
export interface Refusals {
  count (address: string, code: string): void
  /** What was counted since the last call. */
  take (): RefusalsEntry[]
}

/** Has counted nothing. */
export function createRefusals (): Refusals {
  const sums = new Map<string, RefusalsEntry>()

  return {
    count (address, code) {
      const now = new Date().toISOString()
      const name = sums.size < ADDRESSES_MAX || sums.has(`${code} ${address}`) ? address : OTHERS
      const sum = sums.get(`${code} ${name}`)
      if (sum) Object.assign(sum, { count: sum.count + 1, until: now })
      else sums.set(`${code} ${name}`, { type: 'refusals', address: name, code, count: 1, from: now, until: now })
    },
    take () {
      const taken = [...sums.values()]
      sums.clear()
      return taken
    }
  }
}
