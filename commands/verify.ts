import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { forEachOf } from '../src/for-each-of.ts'
import { listIfThere } from '../src/store/atomic-file.ts'
import { dataFolder } from '../src/store/data-folder.ts'
import type { DataKey } from '../src/store/data-key.ts'
import { nodeFileSystem } from '../src/store/file-system.ts'
import { createRecordCodec, type RecordCodec } from '../src/store/record-codec.ts'
import { isSealed, sealedWith } from '../src/store/sealed-file.ts'
import { reasonOf } from '../src/store/store-event.ts'
import { USER_FOLDERS, userFolder, userKeyOf } from '../src/store/user-file-name.ts'
import { readUserFile, type UserFile } from '../src/store/user-files.ts'
import { LANES } from './stores.ts'

/** A file that was being written in place is whole by then. */
const SETTLE_MS = 1_000

/** What is in a data folder. */
export interface Verification {
  users: number
  encodings: number
  /** Users by the id of the key that their file is encrypted with; '' for no key. */
  byKey: Map<string, number>
  /** One line for each file that is damaged, or cannot be read or decrypted. */
  problems: string[]
  quarantined: number
}

/** Reads and checks every user's file in the folder, as the server does, and changes nothing. */
export async function verify (dir: string, keys: readonly DataKey[]): Promise<Verification> {
  const data = dataFolder(resolve(dir))
  const codec = createRecordCodec(keys)
  const found: Verification = { users: 0, encodings: 0, byKey: new Map(), problems: [], quarantined: 0 }
  const counting: RecordCodec = {
    ...codec,
    decode (key, bytes) {
      const decoded = codec.decode(key, bytes)
      const keyId = isSealed(bytes) ? sealedWith(bytes) : ''
      found.byKey.set(keyId, (found.byKey.get(keyId) ?? 0) + 1)
      return decoded
    }
  }
  const read = (key: string): Promise<UserFile> => readUserFile(nodeFileSystem, data.userPath(key), key, counting)

  async function check (key: string): Promise<void> {
    try {
      let file = await read(key)
      if (file.state === 'damaged') {
        await delay(SETTLE_MS)
        file = await read(key)
      }
      if (file.state === 'damaged') found.problems.push(`${data.nameOf(data.userPath(key))}: ${file.reason}`)
      if (file.state !== 'valid') return
      found.users++
      found.encodings += file.record.encodings.length
    } catch (err) {
      found.problems.push(`${data.nameOf(data.userPath(key))}: ${reasonOf(err)}`)
    }
  }

  async function * keysIn (): AsyncGenerator<string> {
    for (const folder of USER_FOLDERS) {
      for (const name of await listIfThere(nodeFileSystem, join(data.users, folder))) {
        const key = userKeyOf(name)
        if (key !== null && userFolder(key) === folder) yield key
      }
    }
  }

  await forEachOf(keysIn(), LANES, check)
  found.quarantined = (await listIfThere(nodeFileSystem, data.quarantine)).length
  return found
}

/** What was found, in lines for people. */
export function verificationText ({ users, encodings, byKey, problems, quarantined }: Verification): string {
  const sealed = [...byKey].sort().map(([id, count]) => id === '' ? `${count} not encrypted` : `${count} encrypted with key ${id}`)
  return [
    ...problems,
    `${users} users with ${encodings} encodings are intact${sealed.length > 0 ? `: ${sealed.join(', ')}` : ''}`,
    `${problems.length} files are damaged or cannot be read, ${quarantined} are in the quarantine`
  ].join('\n')
}
