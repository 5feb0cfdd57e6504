import { distanceOf } from '../../src/networks/distance.ts'
import type { Person } from './dataset.ts'
import { createRandom } from './random.ts'

/** One encoding per photo, null where no face was found. */
export type Encodings = ReadonlyArray<Float32Array | null>

/** Distance of two photos; Infinity, never accepted, if one of them has no face. */
export interface Comparison {
  one: number
  other: number
  distance: number
}

/** How far two encodings are apart. */
export type DistanceOf = typeof distanceOf

const SEED = 20_071_007

/** Compares two photos by index. */
export function compare (encodings: Encodings, one: number, other: number, between: DistanceOf = distanceOf): number {
  const [a, b] = [encodings[one], encodings[other]]
  return a && b ? between(a, b) : Infinity
}

/** Every two photos of the same person. */
export function genuineComparisons (
  people: readonly Person[], encodings: Encodings, between: DistanceOf = distanceOf
): Comparison[] {
  return people.flatMap(({ photos }) => photos.flatMap((one, i) =>
    photos.slice(i + 1).map((other) => ({ one, other, distance: compare(encodings, one, other, between) }))))
}

/** Pairs of different people: how many there are, and the distances of those that were compared. */
export interface ImpostorDistances {
  possible: number
  /** Sorted. */
  distances: Float64Array
}

const pairsAmong = (count: number): number => count * (count - 1) / 2

/**
 * Compares photos of different people: all pairs if they are at most `max`, else a sample of `max` different pairs,
 * each equally likely, always the same. Leaves out photos without a face, which could only make the server look better.
 */
export function impostorDistances (
  people: readonly Person[], encodings: Encodings, max: number, between: DistanceOf = distanceOf
): ImpostorDistances {
  const detected = people.map(({ photos }) => photos.flatMap((photo) => encodings[photo] ?? []))
  const vectors = detected.flat()
  const owners = detected.flatMap((own, person) => own.map(() => person))
  const possible = pairsAmong(vectors.length) - detected.reduce((sum, { length }) => sum + pairsAmong(length), 0)
  const distances = new Float64Array(Math.min(possible, max))
  let count = 0
  const add = (one: number, other: number): void => { distances[count++] = between(vectors[one]!, vectors[other]!) }

  if (possible <= max) {
    for (let one = 0; one < vectors.length; one++) {
      for (let other = one + 1; other < vectors.length; other++) if (owners[one] !== owners[other]) add(one, other)
    }
  } else {
    const random = createRandom(SEED)
    const index = (): number => Math.floor(random() * vectors.length)
    const taken = new Set<number>()
    while (taken.size < max) {
      const [one, other] = [index(), index()]
      if (owners[one] === owners[other]) continue
      const pair = Math.min(one, other) * vectors.length + Math.max(one, other)
      if (taken.size < taken.add(pair).size) add(one, other)
    }
  }
  return { possible, distances: distances.sort() }
}
