import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FaceError } from '../../errors.ts'
import { listIfThere } from './atomic-file.ts'
import { dataFolder, makeDataFolders, removeStray } from './layout.ts'
import type { DataKey } from '../record/seal.ts'
import type { EncodingStore, UserRecord } from '../encoding-store.ts'
import { type FileSystem, nodeFileSystem, withStoreErrors } from './file-system.ts'
import { createFolderFollower } from './follow/follower.ts'
import type { Watch } from './follow/watch.ts'
import { createKnownUsers } from './known-users.ts'
import { createRecordCodec } from '../record/codec.ts'
import { reasonOf } from '../../system-error.ts'
import { type OnStoreEvent } from '../store-event.ts'
import { createTaskQueue } from '../../task-queue.ts'
import { assertUserKey } from '../user-key.ts'
import type { UserFile } from './read.ts'
import { loadUsers } from './load.ts'
import { createUserLock, type Claim } from './lock.ts'
import { createUserRecords } from './records.ts'
import { createUserRefresh } from './refresh.ts'

/** The start does not wait longer for damaged files to be set aside. */
const SUSPECTS_MS_MAX = 5_000
/** A change is seen within a second, with time to read it. */
const POLL_MS = 500

export interface FileStoreOptions {
  dir: string
  /** The first encrypts what is written, all of them read; without any, nothing is encrypted. */
  keys?: readonly DataKey[]
  onEvent?: OnStoreEvent
  /** How often folders are looked at where the system does not notify of changes. */
  pollMs?: number
  /** For tests: the file system and notifications to use. */
  fs?: FileSystem
  watch?: Watch
}

/**
 * An {@link EncodingStore} in a folder, for any number of processes; nothing happens before `open`, which throws `STORE_UNAVAILABLE` if `dir` cannot be read or a file needs
 * another key.
 */
export function createFileStore ({ dir, keys = [], onEvent = () => {}, pollMs = POLL_MS, fs = nodeFileSystem, watch }: FileStoreOptions): EncodingStore {
  const data = dataFolder(resolve(dir))
  const codec = createRecordCodec(keys)
  const known = createKnownUsers(onEvent)
  const lock = createUserLock({ folder: data.locks, fs })
  const records = createUserRecords({ data, fs, codec, onEvent })
  const queue = createTaskQueue()
  const refresh = createUserRefresh({ data, records, known, lock, queue, onEvent })
  const follower = createFolderFollower({ data, fs, known, onUser: refresh.request, onEvent, pollMs, watch })
  let quarantined = 0
  let opening: Promise<void> | undefined
  let closing: Promise<void> | undefined

  async function countQuarantined (): Promise<number> {
    quarantined = (await listIfThere(fs, data.quarantine)).length
    return quarantined
  }

  async function prepare (): Promise<void> {
    try {
      await makeDataFolders(fs, data)
      for (const folder of [data.users, data.locks]) await access(folder, constants.W_OK)
      await lock.sweep()
    } catch (err) {
      onEvent({ type: 'read-only', reason: reasonOf(err) })
    }
    try {
      await fs.readdir(data.users)
      await countQuarantined()
    } catch (cause) {
      const message = `The face data folder ${resolve(dir)} cannot be used (${reasonOf(cause)}): ` +
        'let the server\'s user read and write it, or name another folder'
      throw new FaceError('STORE_UNAVAILABLE', { message, cause })
    }
  }

  async function open (): Promise<void> {
    await prepare()
    // Notices come first, so that no change falls between reading a file and watching it; they wait until all is read.
    await follower.start()
    const { suspects, temps } = await loadUsers({ data, codec, known, onEvent })
    for (const { folder, name } of temps) await removeStray(fs, folder, name)
    suspects.forEach(refresh.request)
    refresh.begin()
    follower.begin()
    await Promise.race([refresh.drained(), delay(SUSPECTS_MS_MAX, undefined, { ref: false })])
  }

  async function untilOpen (): Promise<void> {
    if (closing) throw new FaceError('SHUTTING_DOWN')
    if (!opening) throw new FaceError('STORE_UNAVAILABLE', { cause: new Error('the store is not open') })
    await opening
  }

  async function change (key: string, apply: (present: UserRecord | null) => UserRecord | null): Promise<UserRecord | null> {
    const claim = await lock.acquire(key)
    try {
      const present = await withStoreErrors(() => records.readWhole(key, claim))
      const wanted = apply(present.state === 'valid' ? present.record : null)
      if (wanted && present.state === 'unsupported') {
        throw new FaceError('STORE_UNAVAILABLE', { cause: new Error(`${data.nameOf(data.userPath(key))}: ${present.reason}`) })
      }
      await withStoreErrors(() => store(key, wanted, claim))
      return wanted
    } finally {
      await claim.release()
    }
  }

  async function store (key: string, wanted: UserRecord | null, claim: Claim): Promise<void> {
    try {
      known.accept(key, wanted ? await records.write(key, wanted, claim) : await records.remove(key, claim))
    } catch (err) {
      // What failed may be the sync after the rename: the listeners hear of what is on the disk.
      refresh.request(key)
      const file = await records.read(key).catch(() => null) // The first error is the one to report.
      if (file && file.state !== 'damaged') known.accept(key, file)
      throw err
    }
  }

  return {
    open: () => (opening ??= open()),
    async get (key) {
      assertUserKey(key)
      await untilOpen()
      const read = (): Promise<UserFile> => withStoreErrors(() => records.read(key))
      let file = await read()
      if (file.state === 'damaged') {
        await refresh.now(key)
        file = await read()
      }
      return file.state === 'valid' ? file.record : null
    },
    async update (key, apply) {
      assertUserKey(key)
      await untilOpen()
      return await queue.run(key, () => change(key, apply))
    },
    onChange: known.onChange,
    // A folder that cannot be read now says nothing new.
    damaged: () => countQuarantined().catch(() => quarantined),
    close: () => (closing ??= (async () => {
      await opening?.catch(() => {}) // Whoever opened it was told.
      await follower.close()
      refresh.close()
      await queue.idle()
      known.close()
    })())
  }
}
