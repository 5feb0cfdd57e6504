import { randomInt } from 'node:crypto'
import type { TestContext } from 'node:test'

/** Chance that can be had again. */
export interface Random {
  /** A number from 0 to below 1. */
  (): number
  /** A whole number from 0 to below `limit`. */
  below (limit: number): number
  /** One of the values. */
  of<T> (values: ArrayLike<T>): T
  bytes (length: number): Buffer
}

/** `TEST_SEED`, or another one each time. */
export const TEST_SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31))

/** The same numbers for the same seed: mulberry32 (T. Ettinger, public domain). */
export function createRandom (seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let word = Math.imul(state ^ (state >>> 15), state | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return Object.assign(next, {
    below,
    of: <T>(values: ArrayLike<T>): T => values[below(values.length)] as T,
    bytes: (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, () => below(256)))
  })
}

/** For a test that chance has a part in: the same again with the seed that the test's output names. */
export function seeded (t: TestContext): Random {
  t.diagnostic(`the same again: TEST_SEED=${TEST_SEED}`)
  return createRandom(TEST_SEED)
}
