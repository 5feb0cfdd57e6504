import { join } from 'node:path'
import { listIfThere } from '../atomic-file.ts'
import { type DataFolder, removeStray, USER_FOLDERS, userFolder, userKeyOf } from '../layout.ts'
import type { FileSystem } from '../file-system.ts'
import { createFolderPoll } from './poll.ts'
import { createFolderWatch, type Watch } from './watch.ts'
import type { KnownUsers } from '../known-users.ts'
import { isLocal, localStats, remoteStats } from './stats.ts'
import { type OnStoreEvent } from '../../store-event.ts'
import { statText } from '../read.ts'
import type { Unreadable } from '../unreadable.ts'

/** With notifications this is only a safety net. */
const INTERVAL_MS = 5_000

/** Notices what other processes and administrators do to the users' files. */
export interface FolderFollower {
  /** Notices from now on; call it before the files are read. */
  start (): Promise<void>
  /** Starts the periodic check; call it when all files were read. */
  begin (): void
  /** Users of a sub-folder whose file is not as it was last seen. */
  changedIn (folder: string): Promise<string[]>
  close (): Promise<void>
}

/** Names the users whose file may have changed to `onUser`. */
export function createFolderFollower ({ data, fs, known, unreadable, onUser, onEvent, pollMs, watch }: {
  data: DataFolder
  fs: FileSystem
  known: KnownUsers
  unreadable: Unreadable
  onUser: (key: string) => void
  onEvent: OnStoreEvent
  /** How often folders are looked at where there are no notifications. */
  pollMs: number
  watch?: Watch | undefined
}): FolderFollower {
  let stats = remoteStats(fs)
  let notified = true
  let begun = false

  const notifications = createFolderWatch({
    root: data.users,
    folders: new Set(USER_FOLDERS),
    onFile (folder, name) {
      const key = userKeyOf(name)
      if (key !== null && userFolder(key) === folder) onUser(key)
    },
    onFolder: (folder) => { if (begun) list(folder) },
    onFailure: withoutNotifications,
    watch
  })
  const poll = createFolderPoll({
    root: data.users,
    folders: USER_FOLDERS,
    statFolder: (path) => stats.folder(path),
    list,
    isDue: unreadable.isIn,
    onReplaced: (folder) => notifications.arm(folder)
  })

  function withoutNotifications (reason: string): void {
    if (!notified) return
    notified = false
    onEvent({ type: 'polling', reason })
    if (begun) poll.begin(pollMs)
  }

  /** Compares a sub-folder with what is known of it, and removes what dead processes left there. */
  async function list (folder: string): Promise<void> {
    const path = join(data.users, folder)
    try {
      for (const key of await changedIn(folder)) onUser(key)
      unreadable.clear(path)
    } catch (err) {
      unreadable.report(path, folder, err)
    }
  }

  async function changedIn (folder: string): Promise<string[]> {
    const gone = new Set(known.inFolder(folder))
    const changed: string[] = []
    for (const name of await listIfThere(fs, join(data.users, folder))) {
      const key = userKeyOf(name)
      if (key === null) {
        await removeStray(fs, join(data.users, folder), name)
      } else if (userFolder(key) === folder) {
        gone.delete(key)
        if (!await isSeen(key)) changed.push(key)
      }
    }
    return [...changed, ...gone]
  }

  async function isSeen (key: string): Promise<boolean> {
    try {
      return known.isSeen(key, statText(await stats.file(data.userPath(key))))
    } catch {
      // Gone, or it cannot be looked at: reading it will tell, and the other files must not wait for it.
      return false
    }
  }

  return {
    changedIn,
    async start () {
      if (await isLocal(data.users)) stats = localStats
      else withoutNotifications('the file system may be changed by other machines')
      await poll.snapshot()
      for (const folder of ['', ...USER_FOLDERS]) notifications.arm(folder)
    },
    begin () {
      begun = true
      poll.begin(notified ? INTERVAL_MS : pollMs)
    },
    async close () {
      notifications.close()
      await poll.close()
    }
  }
}
