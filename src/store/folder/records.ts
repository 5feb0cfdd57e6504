import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FaceError } from '../../errors.ts'
import { listIfThere, syncFolder, unlinkIfThere, writeAtomic } from './atomic-file.ts'
import { isTempOf, type DataFolder } from './layout.ts'
import { ABSENT, type UserRecord } from '../encoding-store.ts'
import { errorCode } from '../../system-error.ts'
import { type FileSystem } from './file-system.ts'
import { isQuarantinedOf, quarantineFile } from './quarantine.ts'
import type { RecordCodec } from '../record/codec.ts'
import type { OnStoreEvent } from '../store-event.ts'
import { readUserFile, type UserFile } from './read.ts'
import type { Claim } from './lock.ts'

/** `cp` writes in place: a file that stays damaged and unchanged for this long is not being written. */
const UNCHANGED_MS = 500
const ROUNDS_MAX = 4

/** Whole, whether this version understands it or not. */
export type IntactFile = Exclude<UserFile, { state: 'damaged' }>
/** What there is after a write or a removal. */
export type WrittenFile = Exclude<IntactFile, { state: 'unsupported' }>

/** The users' files. A change needs the user's claim. */
export interface UserRecords {
  read (key: string): Promise<UserFile>
  /** As `read`, but waits for a file that is being written, and moves a damaged one to the quarantine. */
  readWhole (key: string, claim: Claim): Promise<IntactFile>
  /** Durable when it resolves. */
  write (key: string, record: UserRecord, claim: Claim): Promise<WrittenFile>
  /** Whether damaged files of the user lie in the quarantine. */
  isSetAside (key: string): Promise<boolean>
  /** No file with the user's encodings is left, not even in the quarantine, when it resolves; durable. */
  remove (key: string, claim: Claim): Promise<WrittenFile>
}

/** Reads, writes, removes and sets aside the users' files under `data`. */
export function createUserRecords ({ data, fs, codec, onEvent }: {
  data: DataFolder, fs: FileSystem, codec: RecordCodec, onEvent: OnStoreEvent
}): UserRecords {
  const read = (key: string): Promise<UserFile> => readUserFile(fs, data.userPath(key), key, codec)

  async function quarantine (key: string, reason: string, claim: Claim): Promise<void> {
    claim.assertHeld()
    const path = await quarantineFile(fs, { path: data.userPath(key), folder: data.quarantine, reason })
    onEvent({ type: 'quarantined', file: data.nameOf(path), reason })
  }

  /** Removes some of a folder's files, and makes durable what was removed before. A folder that is gone has none. */
  async function erase (folder: string, isToGo: (name: string) => boolean): Promise<void> {
    try {
      for (const name of await fs.readdir(folder)) {
        if (isToGo(name)) await unlinkIfThere(fs, join(folder, name))
      }
      await syncFolder(fs, folder)
    } catch (err) {
      if (errorCode(err) !== 'ENOENT') throw err
    }
  }

  return {
    read,
    async readWhole (key, claim) {
      let file = await read(key)
      for (let round = 0; file.state === 'damaged' && round < ROUNDS_MAX; round++) {
        const { stat } = file
        await delay(UNCHANGED_MS)
        file = await read(key)
        if (file.state !== 'damaged' || file.stat !== stat) continue
        await quarantine(key, file.reason, claim)
        return ABSENT
      }
      if (file.state !== 'damaged') return file
      throw new FaceError('STORE_UNAVAILABLE', { cause: new Error(`a file that is being written: ${file.reason}`) })
    },
    async write (key, record, claim) {
      const { bytes, ...written } = codec.encode(key, record)
      await writeAtomic(fs, {
        path: data.userPath(key), tempPath: data.tempPath(key), content: bytes, beforeRename: () => claim.assertHeld()
      })
      // Another process may have touched the file since: the first look at it will tell.
      return { state: 'valid', stat: '', record, ...written }
    },
    async isSetAside (key) {
      return (await listIfThere(fs, data.quarantine)).some((name) => isQuarantinedOf(key, name))
    },
    async remove (key, claim) {
      const path = data.userPath(key)
      claim.assertHeld()
      await erase(data.quarantine, (name) => isQuarantinedOf(key, name))
      await unlinkIfThere(fs, path)
      // A process that was killed while writing may have left its temporary file.
      await erase(dirname(path), (name) => isTempOf(key, name))
      return ABSENT
    }
  }
}
