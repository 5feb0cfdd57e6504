import { setTimeout as delay } from 'node:timers/promises'
import { forEachOf } from '../src/for-each-of.ts'
import { reasonOf } from '../src/system-error.ts'
import { COLLECTIONS, type DocumentStore } from '../src/store/documents/document-store.ts'
import type { OnStoreEvent } from '../src/store/store-event.ts'
import { chipKeyId } from '../src/store/record/chip.ts'
import type { StoredUser, StoredUsers } from '../src/store/encoding-store.ts'
import { LANES, withDocuments } from './stores.ts'

/** A file that was being written in place is whole by then. */
const WRITTEN_MS = 1_000

/** What is stored. */
export interface Verification {
  users: number
  encodings: number
  /** Users by the id of the key that their record is encrypted with; '' for no key. */
  byKey: Map<string, number>
  /** Faces that are kept, by the id of the key that they are encrypted with. */
  chipsByKey: Map<string, number>
  /** One line for each record that is damaged, or cannot be read or decrypted. */
  problems: string[]
  quarantined: number
}

function count (counts: Map<string, number>, keyId: string): void {
  counts.set(keyId, (counts.get(keyId) ?? 0) + 1)
}

/** Reads and checks every user's record, as the server does, and changes nothing. */
export async function verify (stored: StoredUsers): Promise<Verification> {
  const found: Verification = {
    users: 0, encodings: 0, byKey: new Map(), chipsByKey: new Map(), problems: [], quarantined: 0
  }

  async function readWhole (key: string): Promise<StoredUser> {
    const user = await stored.read(key)
    if (user.state !== 'damaged') return user
    await delay(WRITTEN_MS)
    return await stored.read(key)
  }

  async function check (key: string): Promise<void> {
    try {
      const user = await readWhole(key)
      if (user.state === 'damaged' || user.state === 'unsupported') {
        found.problems.push(`${stored.nameOf(key)}: ${user.reason}`)
      }
      if (user.state !== 'valid') return
      found.users++
      found.encodings += user.record.encodings.length
      count(found.byKey, user.keyId ?? '')
      for (const { sealedChip } of user.record.encodings) {
        if (sealedChip) count(found.chipsByKey, chipKeyId(sealedChip))
      }
    } catch (err) {
      found.problems.push(`${stored.nameOf(key)}: ${reasonOf(err)}`)
    }
  }

  await forEachOf(stored.keys(), LANES, check)
  found.quarantined = await stored.quarantined()
  return found
}

/** What was found, in lines for people. */
export function verificationText ({
  users, encodings, byKey, chipsByKey, problems, quarantined
}: Verification): string {
  const sealed = [...byKey].sort().map(([id, count]) =>
    id === '' ? `${count} not encrypted` : `${count} encrypted with key ${id}`)
  const chips = [...chipsByKey].sort().map(([id, count]) => `${count} encrypted with key ${id}`)
  return [
    ...problems,
    `${users} users with ${encodings} encodings are intact${sealed.length > 0 ? `: ${sealed.join(', ')}` : ''}`,
    ...chips.length > 0 ? [`faces are kept: ${chips.join(', ')}`] : [],
    `${problems.length} records are damaged or cannot be read, ${quarantined} are in the quarantine`
  ].join('\n')
}

/**
 * Reads and checks every document beside the users, changes nothing, and says how many are intact; '' for none. Adds a
 * line to `problems` for each that is not.
 */
export async function verifyDocuments (
  create: (onEvent: OnStoreEvent) => DocumentStore, problems: string[]
): Promise<string> {
  const before = problems.length
  const documents = create((event) => {
    if ('file' in event && 'reason' in event) problems.push(`${event.file}: ${event.reason}`)
  })
  try {
    return await withDocuments(documents, async () => {
      const count = COLLECTIONS.reduce((sum, collection) => sum + documents.list(collection).length, 0)
      return count === 0 ? '' : `${count} documents are intact`
    })
  } catch (err) {
    if (problems.length === before) throw err
    return '' // The document needs another key.
  }
}
