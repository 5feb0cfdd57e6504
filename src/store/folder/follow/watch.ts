import { watch as watchPath, type FSWatcher } from 'node:fs'
import { join } from 'node:path'
import { errorCode, reasonOf } from '../../../system-error.ts'

/** Starts notifications for one folder, as `fs.watch` does; a parameter, so that a test can take them away. */
export type Watch = (
  folder: string,
  listener: (event: string, name: string | null) => void
) => Pick<FSWatcher, 'close' | 'on'>

const systemWatch: Watch = (folder, listener) => watchPath(folder, { persistent: false }, listener)

/** Notifications for a folder and its sub-folders. */
export interface FolderWatch {
  /** Watches the sub-folder that has this name now; the root for ''. */
  arm (folder: string): void
  close (): void
}

/**
 * Watches `root` and the sub-folders that are armed: one watch each, as Node's recursive watching on Linux walks the
 * whole tree. Sub-folders that come later are armed by themselves.
 */
export function createFolderWatch ({ root, folders, onFile, onFolder, onFailure, watch = systemWatch }: {
  root: string
  folders: ReadonlySet<string>
  onFile: (folder: string, name: string) => void
  /** Something changed in this sub-folder, or it came or went. */
  onFolder: (folder: string) => void
  /** There are no notifications from now on, or not from everywhere. */
  onFailure: (reason: string) => void
  watch?: Watch | undefined
}): FolderWatch {
  const watchers = new Map<string, ReturnType<Watch>>()
  let closed = false

  function disarm (folder: string): void {
    watchers.get(folder)?.close()
    watchers.delete(folder)
  }

  function arm (folder: string): void {
    disarm(folder)
    if (closed) return
    try {
      const watcher = watch(join(root, folder), (_event, name) => notice(folder, name))
      watchers.set(folder, watcher)
      watcher.on('error', (err) => {
        if (watchers.get(folder) === watcher) disarm(folder)
        onFailure(reasonOf(err))
      })
    } catch (err) {
      // A sub-folder that is gone is armed when it comes back: the root's watch tells.
      if (errorCode(err) !== 'ENOENT') onFailure(reasonOf(err))
    }
  }

  function notice (folder: string, name: string | null): void {
    if (closed) return
    if (folder !== '') {
      if (name === null) onFolder(folder)
      else onFile(folder, name)
    } else if (name !== null && folders.has(name)) {
      arm(name)
      onFolder(name)
    }
  }

  return {
    arm,
    close () {
      closed = true
      for (const folder of [...watchers.keys()]) disarm(folder)
    }
  }
}
