import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../src/config.ts'
import { createGallery } from '../src/gallery/gallery.ts'
import { findNetwork, previousNetwork } from '../src/networks/find-network.ts'
import type { EncodingStore } from '../src/store/encoding-store.ts'
import { CommandError } from './command-error.ts'
import { withStore } from './stores.ts'

/** Both follow the store, each at its own pace. */
const SETTLE_MS_MAX = 5_000
const PAUSE_MS = 250
const ANSWER_MS_MAX = 5_000

interface Held { users: number, encodings: number, checksum: string }

/** What the server says that it has in memory. */
async function heldBy (url: string, { ADMIN_KEY: key }: Config): Promise<Held> {
  try {
    const answer = await fetch(new URL('/stats', url), {
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      ...key !== undefined && { headers: { authorization: `Bearer ${key}` } }
    })
    if (answer.status === 401) throw new CommandError(`${url} asks for a key: set ADMIN_KEY as there`)
    const { stats } = await answer.json() as {
      stats: { registered_users: number, total_encodings: number, gallery_checksum: string }
    }
    return { users: stats.registered_users, encodings: stats.total_encodings, checksum: stats.gallery_checksum }
  } catch (cause) {
    if (cause instanceof CommandError) throw cause
    throw new CommandError(`${url}: no answer of a face recognition server`, { cause })
  }
}

/**
 * Follows the store as a server does until the server at `url` has the same in memory; says so. Throws
 * {@link CommandError} when it has not.
 */
export async function compareWithServer (store: EncodingStore, config: Config, url: string): Promise<string> {
  const network = await findNetwork(config)
  const gallery = createGallery(network.id, previousNetwork(network, config)?.id)
  store.onChange(gallery.apply)
  return await withStore(store, async () => {
    const giveUpAt = performance.now() + SETTLE_MS_MAX
    for (;;) {
      const held = await heldBy(url, config)
      const { users, encodings } = gallery.counts()
      const checksum = gallery.checksum()
      if (isDeepStrictEqual(held, { users, encodings, checksum })) {
        return `${url} has exactly these in memory: ${encodings} encodings, checksum ${checksum}`
      }
      if (performance.now() > giveUpAt) {
        throw new CommandError(`${url} has something else in memory: ` +
          `${held.users} users with ${held.encodings} encodings, checksum ${held.checksum}; ` +
          `stored are ${users} users with ${encodings} encodings, checksum ${checksum}`)
      }
      await delay(PAUSE_MS)
    }
  })
}
