import { statSync, type Stats } from 'node:fs'
import { statfs } from 'node:fs/promises'
import type { FileSystem } from '../file-system.ts'

/** Linux magic numbers of file systems that only this machine changes: ext, XFS, Btrfs, tmpfs, overlay, ZFS, F2FS. */
const LOCAL: ReadonlySet<number> = new Set([
  0xEF53, 0x58465342, 0x9123683E, 0x01021994, 0x794C7630, 0x2FC12FC1, 0xF2F52010
])

/** How to ask for the state of files and folders. */
export interface FolderStats {
  file (path: string): Stats | Promise<Stats>
  folder (path: string): Stats | Promise<Stats>
}

/** Whether the system knows of every change in the folder; not so on network and unknown file systems. */
export async function isLocal (folder: string): Promise<boolean> {
  try {
    // The system may give the number with its sign.
    return LOCAL.has((await statfs(folder)).type >>> 0)
  } catch {
    return false // Looking at intervals is always right.
  }
}

/** Answers from memory within microseconds, so a thread's detour would cost ten times as much. */
export const localStats: FolderStats = { file: (path) => statSync(path), folder: (path) => statSync(path) }

/** Never makes the process wait for a server. */
export function remoteStats (fs: FileSystem): FolderStats {
  return {
    file: (path) => fs.stat(path),
    async folder (path) {
      // Opening makes the server be asked, where a mere stat may be answered from a cache that is half a minute old.
      const handle = await fs.open(path, 'r')
      try {
        return await handle.stat()
      } finally {
        await handle.close()
      }
    }
  }
}
