import { centreOf } from '../../../src/gallery/centre.ts'
import type { Gallery } from '../../../src/gallery/gallery.ts'
import type { UserRecord } from '../../../src/store/encoding-store.ts'
import { squaredDistance, toFixedPoint } from '../../../workers/gallery-layout.ts'

export const NETWORK = 'the-network'

/** A user with these encodings. */
export const record = (
  userId: number, vectors: readonly Float32Array[], about: Partial<UserRecord> = {}, model = NETWORK
): UserRecord => ({
  userId,
  updatedAt: '2026-01-01T00:00:00.000Z',
  encodings: vectors.map((vector) => ({ vector, quality: 1, registeredAt: '2026-01-01T00:00:00.000Z', model })),
  ...about
})

export const enrol = (gallery: Gallery, ...[userId, ...about]: Parameters<typeof record>): void =>
  gallery.apply({ key: String(userId), record: record(userId, ...about) })

/** Distance of the encodings as the gallery holds them, number by number. */
export function distance (one: Float32Array, other: Float32Array): number {
  const [numbers, others] = [new Int16Array(one.length), new Int16Array(other.length)]
  const [probe, row] = [toFixedPoint(one, numbers), toFixedPoint(other, others)]
  return Math.sqrt(squaredDistance(probe, row, numbers.reduce((sum, number, i) => sum + number * others[i]!, 0)))
}

/** The nearest users by brute force over what was enrolled, each with the centre of the encodings. */
export function nearest (
  people: Iterable<readonly [userId: number, vectors: readonly Float32Array[]]>, probe: Float32Array
): Array<{ userId: number, distance: number }> {
  return [...people]
    .map(([userId, vectors]) => {
      const centre = centreOf(vectors)
      const compared = centre ? [...vectors, centre] : vectors
      return { userId, distance: Math.min(...compared.map((vector) => distance(vector, probe))) }
    })
    .sort((one, other) => one.distance - other.distance)
}
