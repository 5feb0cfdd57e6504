import type { Config } from '../src/config.ts'
import { forEachOf } from '../src/for-each-of.ts'
import { createGallery } from '../src/gallery/gallery.ts'
import { areComparable, kindOf } from '../src/networks/kinds.ts'
import { findNetwork, scaleOf } from '../src/networks/find-network.ts'
import { round4 } from '../src/networks/distance.ts'
import type { StoredUsers, UserRecord } from '../src/store/encoding-store.ts'
import { createMatcher } from '../workers/pipeline/match.ts'
import { createProgress } from './progress.ts'
import { LANES } from './stores.ts'

/**
 * Pairs of users whose faces are nearer than `DUPLICATE_TOLERANCE`, so that a registration of the one would refuse the
 * other: one line a pair. Records that cannot be read are left out. Every encoding is searched once.
 */
export async function findDuplicates (stored: StoredUsers, config: Config): Promise<string[]> {
  const network = await findNetwork(config)
  const { id } = network
  const scaled = scaleOf(network)
  const gallery = createGallery(id)
  const matchFace = createMatcher(gallery.memory)
  const pairs = new Map<string, { users: string[], distance: number }>()

  async function forEachUser (work: (key: string, record: UserRecord) => void): Promise<number> {
    let users = 0
    await forEachOf(stored.keys(), LANES, async (key) => {
      const user = await stored.read(key).catch(() => null) // What is wrong with it, verify says.
      if (user?.state === 'valid') work(key, user.record)
      users++
    })
    return users
  }

  function search (key: string, { encodings }: UserRecord): void {
    for (const encoding of encodings) {
      if (!areComparable(kindOf(encoding), id)) continue
      // The nearest is the user, or somebody who is as near.
      for (const neighbour of matchFace(encoding.vector)) {
        const other = gallery.userOf(neighbour.user)
        if (other === undefined || String(other) === key) continue
        const distance = scaled(neighbour.distance)
        if (distance < config.DUPLICATE_TOLERANCE) note([key, String(other)].sort(), distance)
      }
    }
  }

  function note (users: string[], distance: number): void {
    const pair = users.join(' ')
    if (distance < (pairs.get(pair)?.distance ?? Infinity)) pairs.set(pair, { users, distance })
  }

  const users = await forEachUser((key, record) => gallery.apply({ key, record }))
  const progress = createProgress(users, 'users', process.stderr)
  let done = 0
  await forEachUser((key, record) => {
    search(key, record)
    progress(++done)
  })
  return [...pairs.values()].sort((one, other) => one.distance - other.distance)
    .map(({ users: [one, other], distance }) => `${one} and ${other}: one face, ${round4(distance)} apart`)
}
