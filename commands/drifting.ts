import { driftOf } from '../src/recognition/drift.ts'
import type { Sightings } from '../src/recognition/sightings.ts'
import type { StoredUsers } from '../src/store/encoding-store.ts'
import { DAY_MS } from '../src/store/sightings/sighting-store.ts'

/**
 * Users whose recent recognitions lie further from their encodings than those after their last registration, so that
 * they can be asked for a new photo: one line a user, who has moved furthest first.
 */
export async function findDrifting (stored: StoredUsers, sightings: Pick<Sightings, 'entries'>): Promise<string[]> {
  const found: Array<{ rise: number, line: string }> = []
  for await (const [key, sighting] of sightings.entries()) {
    const drift = driftOf(sighting)
    if (!drift || (await stored.read(key)).state !== 'valid') continue
    const { first, recent, days } = drift
    const lastSeen = new Date(sighting.day * DAY_MS).toISOString().slice(0, 10)
    const line = `${key}: recognised at a distance of ${recent.toFixed(2)}, in the beginning of ${first.toFixed(2)}, ` +
      `on ${days} days until ${lastSeen}: ask for a new photo`
    found.push({ rise: recent - first, line })
  }
  return found.sort((one, other) => other.rise - one.rise).map(({ line }) => line)
}
