import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FaceError } from '../../errors.ts'
import { listIfThere } from './atomic-file.ts'
import { dataFolder, makeDataFolders, removeStray, USER_FOLDERS } from './layout.ts'
import type { DataKey } from '../record/seal.ts'
import type { EncodingStore, UserId, UserRecord } from '../encoding-store.ts'
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
import { createUserRecords, type IntactFile } from './records.ts'
import { createUserRefresh } from './refresh.ts'
import { createRegistrationLog, isMarked, REGISTRATION } from './registrations.ts'
import { createUnreadable } from './unreadable.ts'

/** The start does not wait longer for damaged files to be set aside. */
const SUSPECTS_MS_MAX = 5_000
/** A change is seen within a second, with time to read it. */
const POLL_MS = 500

type Change = (present: UserRecord | null) => UserRecord | null

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
 * An {@link EncodingStore} in a folder, for any number of processes. Nothing happens before `open`, which throws
 * `STORE_UNAVAILABLE` if `dir` cannot be read or a file needs another key.
 */
export function createFileStore ({
  dir, keys = [], onEvent = () => {}, pollMs = POLL_MS, fs = nodeFileSystem, watch
}: FileStoreOptions): EncodingStore {
  const data = dataFolder(resolve(dir))
  const codec = createRecordCodec(keys)
  const known = createKnownUsers(onEvent)
  const lock = createUserLock({ folder: data.locks, fs })
  const records = createUserRecords({ data, fs, codec, onEvent })
  const queue = createTaskQueue()
  const unreadable = createUnreadable(data, onEvent)
  const refresh = createUserRefresh({ data, records, known, unreadable, lock, queue, onEvent })
  const follower = createFolderFollower({
    data, fs, known, unreadable, onUser: refresh.request, onEvent, pollMs, watch
  })
  const registrations = createRegistrationLog(fs, data)
  const turns = createTaskQueue()
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
    // So do registrations: users registered from now on are new.
    await registrations.news().catch(() => {})
    const { suspects, temps } = await loadUsers({ data, codec, known, unreadable, onEvent })
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

  async function change (key: string, apply: Change): Promise<UserRecord | null> {
    return await claimed(key, async (present, claim) => {
      const wanted = apply(present.state === 'valid' ? present.record : null)
      if (wanted && present.state === 'unsupported') {
        const cause = new Error(`a record that is not understood: ${present.reason}`)
        throw new FaceError('STORE_UNAVAILABLE', { cause })
      }
      await withStoreErrors(() => store(key, wanted, claim))
      return wanted
    })
  }

  /** Runs `work` with the user's file as it is, under the user's claim. */
  async function claimed<T> (key: string, work: (present: IntactFile, claim: Claim) => Promise<T>): Promise<T> {
    const claim = await lock.acquire(key)
    try {
      return await work(await withStoreErrors(() => records.readWhole(key, claim)), claim)
    } finally {
      await claim.release()
    }
  }

  async function erase (key: string): Promise<UserId | null> {
    return await claimed(key, async (present, claim) => {
      const isSetAside = await withStoreErrors(() => records.isSetAside(key))
      await withStoreErrors(() => store(key, null, claim))
      if (present.state === 'valid') return present.record.userId
      return present.state === 'unsupported' || isSetAside ? key : null
    })
  }

  /** Called with the users who were registered by other processes since the last time. */
  async function catchUp (): Promise<void> {
    const marks = await registrations.news()
    const folders = marks ? [...new Set(marks.map((mark) => mark.slice(0, 2)))] : USER_FOLDERS
    for (const folder of folders) {
      for (const key of await follower.changedIn(folder)) {
        if (!marks || marks.some((mark) => isMarked(key, mark))) await refresh.now(key)
      }
    }
  }

  async function changeInTurn (key: string, apply: Change): Promise<UserRecord | null> {
    const claim = await lock.acquireNamed(REGISTRATION)
    try {
      await withStoreErrors(async () => {
        await catchUp()
        await registrations.add(key)
      })
      return await queue.run(key, () => change(key, apply))
    } finally {
      await claim.release()
    }
  }

  async function store (key: string, wanted: UserRecord | null, claim: Claim): Promise<void> {
    try {
      known.accept(key, wanted ? await records.write(key, wanted, claim) : await records.remove(key, claim))
    } catch (err) {
      // What failed may be the sync after the rename: the listeners get what is on the disk.
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
    async updateInTurn (key, apply) {
      assertUserKey(key)
      await untilOpen()
      return await turns.run(REGISTRATION, () => changeInTurn(key, apply))
    },
    async erase (key) {
      assertUserKey(key)
      await untilOpen()
      return await queue.run(key, () => erase(key))
    },
    onChange: known.onChange,
    // A folder that cannot be read now says nothing new.
    damaged: () => countQuarantined().catch(() => quarantined),
    unreadable: unreadable.count,
    close: () => (closing ??= (async () => {
      await opening?.catch(() => {}) // `open` has thrown it.
      await follower.close()
      refresh.close()
      await turns.idle()
      await queue.idle()
      known.close()
    })())
  }
}
