import type { Person } from '../../../bench/accuracy/dataset.ts'
import type { Encodings } from '../../../bench/accuracy/comparisons.ts'

/**
 * People with as many photos each, whose encodings on the unit sphere scatter around their own point: `spread` times as
 * far as people do.
 */
export function somePeople (
  counts: readonly number[], spread: number, random: () => number
): { people: Person[], encodings: Encodings } {
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const encodings: Float32Array[] = []
  const people = counts.map((count, person): Person => {
    const own = Float32Array.from({ length: 128 }, gauss)
    return {
      name: `person ${person}`,
      photos: Array.from({ length: count }, () => {
        const vector = own.map((value) => value + spread * gauss())
        const length = Math.hypot(...vector)
        return encodings.push(vector.map((value) => value / length)) - 1
      })
    }
  })
  return { people, encodings }
}
