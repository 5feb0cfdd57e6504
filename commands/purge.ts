import { audited, type AuditTrail } from '../src/audit/trail.ts'
import { forEachOf } from '../src/for-each-of.ts'
import type { Sightings } from '../src/recognition/sightings.ts'
import type { EncodingStore, UserRecord } from '../src/store/encoding-store.ts'
import { SYSTEM_USER } from './audit-command.ts'
import { LANES, withStore } from './stores.ts'

const DAY_MS = 86_400_000

/** Deletes the users who were not changed for so many days, and tells how many. */
export async function purge (
  store: EncodingStore, sightings: Pick<Sightings, 'erase'>, trail: AuditTrail, olderThanDays: number
): Promise<string> {
  const before = Date.now() - olderThanDays * DAY_MS
  const isOld = (record: UserRecord | null): boolean => record !== null && Date.parse(record.updatedAt) < before
  return await withStore(store, async (keys) => {
    const all = [...keys]
    let purged = 0
    await forEachOf(all, LANES, async (key) => {
      if (!isOld(await store.get(key))) return
      await audited(trail, { action: 'delete-user', actor: SYSTEM_USER, userKey: key }, async () => {
        await sightings.erase(key)
        // The user may have been registered again since: what counts is found under the user's lock.
        if (await store.update(key, (present) => isOld(present) ? null : present) === null) purged++
      })
    })
    return `${purged} of ${all.length} users deleted`
  })
}
