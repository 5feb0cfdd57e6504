import { setTimeout as delay } from 'node:timers/promises'
import { forEachOf } from '../src/for-each-of.ts'
import { reasonOf } from '../src/system-error.ts'
import type { StoredUser, StoredUsers } from '../src/store/encoding-store.ts'
import { LANES } from './stores.ts'

/** A file that was being written in place is whole by then. */
const WRITTEN_MS = 1_000

/** What is stored. */
export interface Verification {
  users: number
  encodings: number
  /** Users by the id of the key that their record is encrypted with; '' for no key. */
  byKey: Map<string, number>
  /** One line for each record that is damaged, or cannot be read or decrypted. */
  problems: string[]
  quarantined: number
}

/** Reads and checks every user's record, as the server does, and changes nothing. */
export async function verify (stored: StoredUsers): Promise<Verification> {
  const found: Verification = { users: 0, encodings: 0, byKey: new Map(), problems: [], quarantined: 0 }

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
      const keyId = user.keyId ?? ''
      found.byKey.set(keyId, (found.byKey.get(keyId) ?? 0) + 1)
    } catch (err) {
      found.problems.push(`${stored.nameOf(key)}: ${reasonOf(err)}`)
    }
  }

  await forEachOf(stored.keys(), LANES, check)
  found.quarantined = await stored.quarantined()
  return found
}

/** What was found, in lines for people. */
export function verificationText ({ users, encodings, byKey, problems, quarantined }: Verification): string {
  const sealed = [...byKey].sort().map(([id, count]) =>
    id === '' ? `${count} not encrypted` : `${count} encrypted with key ${id}`)
  return [
    ...problems,
    `${users} users with ${encodings} encodings are intact${sealed.length > 0 ? `: ${sealed.join(', ')}` : ''}`,
    `${problems.length} records are damaged or cannot be read, ${quarantined} are in the quarantine`
  ].join('\n')
}
