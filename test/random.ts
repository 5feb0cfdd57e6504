/** Random choices that can be repeated: `TEST_SEED` sets the seed, which a test names when it fails. */
export interface RandomSource {
  readonly seed: number
  /** 0 to below 1. */
  random (): number
  /** A whole number, both ends included. */
  integer (from: number, to: number): number
  /** One of them; undefined of none. */
  pick<T> (values: readonly T[]): T | undefined
}

/** mulberry32 by Tommy Ettinger (public domain): 32 bits of state are enough for choosing test cases. */
export function randomSource (
  seed = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
): RandomSource {
  let state = seed | 0
  function random (): number {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    seed,
    random,
    integer: (from, to) => from + Math.floor(random() * (to - from + 1)),
    pick: (values) => values[Math.floor(random() * values.length)]
  }
}
