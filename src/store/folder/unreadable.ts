import { reasonOf } from '../../system-error.ts'
import type { OnStoreEvent } from '../store-event.ts'
import type { DataFolder } from './layout.ts'

/** What lies in the data folder and cannot be read now. What was known of it stays valid. */
export interface Unreadable {
  /** `path` is a sub-folder or a file in it. Told of as an event once, until it is cleared. */
  report (path: string, folder: string, err: unknown): void
  /** Counted, and not tried again by itself. */
  mark (path: string): void
  /** It can be read, or is gone. */
  clear (path: string): void
  /** Whether there is something in the sub-folder to try again. */
  isIn (folder: string): boolean
  count (): number
}

/** Holds nothing at first. */
export function createUnreadable (data: DataFolder, onEvent: OnStoreEvent): Unreadable {
  /** By path, the sub-folder to try again. */
  const folderOf = new Map<string, string>()

  return {
    report (path, folder, err) {
      if (!folderOf.has(path)) onEvent({ type: 'unreadable', file: data.nameOf(path), reason: reasonOf(err) })
      folderOf.set(path, folder)
    },
    mark: (path) => { folderOf.set(path, '') },
    clear: (path) => { folderOf.delete(path) },
    isIn: (folder) => [...folderOf.values()].includes(folder),
    count: () => folderOf.size
  }
}
