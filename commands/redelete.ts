import { parseLine } from '../src/audit/chain.ts'
import type { AuditStorage } from '../src/audit/storage.ts'
import { pseudonymOf } from '../src/audit/person.ts'
import { audited, type AuditTrail } from '../src/audit/trail.ts'
import type { Sightings } from '../src/recognition/sightings.ts'
import type { EncodingStore } from '../src/store/encoding-store.ts'
import { SYSTEM_USER } from './audit-command.ts'
import { withStore } from './stores.ts'

const DELETIONS: ReadonlySet<unknown> = new Set(['delete-user', 'expire-user'])

/** The pseudonyms of those who were deleted. */
async function findDeleted (audit: Pick<AuditStorage, 'lines'>): Promise<Set<unknown>> {
  const people = new Map<unknown, unknown>()
  const deleted = new Set<unknown>()
  for await (const bytes of audit.lines()) {
    const line = parseLine(bytes)
    if (line?.type === 'intent' && DELETIONS.has(line['action'])) people.set(line['id'], line['person'])
    if (line?.type === 'outcome' && line['outcome'] === 'ok') deleted.add(people.get(line['id']))
  }
  return deleted
}

/**
 * Deletes whom a restore has brought back: whoever registers again after a deletion has another salt, so a record whose
 * pseudonym the audit log calls deleted is one of before.
 */
export async function redelete (
  store: EncodingStore, sightings: Pick<Sightings, 'erase'>, audit: Pick<AuditStorage, 'lines'>, trail: AuditTrail
): Promise<string> {
  const deleted = await findDeleted(audit)
  return await withStore(store, async (keys) => {
    const all = [...keys]
    let count = 0
    for (const key of all) {
      const salt = (await store.get(key))?.auditSalt
      if (salt === undefined || !deleted.has(pseudonymOf(key, salt))) continue
      await audited(trail, { action: 'delete-user', actor: SYSTEM_USER, userKey: key }, async () => {
        await sightings.erase(key)
        await store.update(key, (present) => present?.auditSalt === salt ? null : present)
      })
      count++
    }
    return `${count} of ${all.length} users deleted, who had been deleted before`
  })
}
