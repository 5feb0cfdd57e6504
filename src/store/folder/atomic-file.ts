import { dirname } from 'node:path'
import { errorCode } from '../../system-error.ts'
import { FILE_MODE, FOLDER_MODE, type FileSystem } from './file-system.ts'

/** Some network file systems cannot sync a folder; they need no such call, or there is nothing more to be done. */
const FOLDER_SYNC_UNSUPPORTED: ReadonlySet<string | undefined> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'])

/** Makes the folder's entries durable: what was created, renamed or removed in it. */
export async function syncFolder (fs: FileSystem, folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } catch (err) {
    if (!FOLDER_SYNC_UNSUPPORTED.has(errorCode(err))) throw err
  } finally {
    await handle.close()
  }
}

/** Creates the folder and those above it, durably, for this user only. What exists is left as it is. */
export async function makeFolder (fs: FileSystem, folder: string): Promise<void> {
  const created = await fs.mkdir(folder, { recursive: true, mode: FOLDER_MODE })
  if (created === undefined) return
  for (let made = folder; made.length >= created.length; made = dirname(made)) await syncFolder(fs, dirname(made))
}

/** One file to be written; `tempPath` is a new name in the same folder. */
export interface AtomicWrite {
  path: string
  tempPath: string
  content: Uint8Array | AsyncIterable<string | Uint8Array>
  /** Last chance to give up: what it throws leaves the old file in place. */
  beforeRename?: () => void
}

/**
 * Replaces the file as a whole: after a crash at any moment there is the old content or the new one. Durable when it
 * resolves. When it throws, the old content is in place; only if the sync of the folder failed it may be the new one.
 */
export async function writeAtomic (
  fs: FileSystem,
  { path, tempPath, content, beforeRename }: AtomicWrite
): Promise<void> {
  try {
    await writeSynced(fs, tempPath, content)
    beforeRename?.()
    await fs.rename(tempPath, path)
  } catch (err) {
    // The first error is the one to report; a temporary file that stays is removed at the next start.
    await fs.unlink(tempPath).catch(() => {})
    throw err
  }
  await syncFolder(fs, dirname(path))
}

async function writeSynced (fs: FileSystem, path: string, content: AtomicWrite['content']): Promise<void> {
  const handle = await createFile(fs, path)
  try {
    for await (const part of content instanceof Uint8Array ? [content] : content) await handle.writeFile(part)
    await handle.datasync()
  } finally {
    await handle.close()
  }
}

/** A new file for this user only; its folder is made if somebody removed it. */
export async function createFile (fs: FileSystem, path: string): ReturnType<FileSystem['open']> {
  try {
    return await fs.open(path, 'wx', FILE_MODE)
  } catch (err) {
    if (errorCode(err) !== 'ENOENT') throw err
    await makeFolder(fs, dirname(path))
    return await fs.open(path, 'wx', FILE_MODE)
  }
}

/** Removes the file if it is there. */
export async function unlinkIfThere (fs: FileSystem, path: string): Promise<void> {
  try {
    await fs.unlink(path)
  } catch (err) {
    if (errorCode(err) !== 'ENOENT') throw err
  }
}

/** The folder's names; none if there is no such folder. */
export async function listIfThere (fs: FileSystem, folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder)
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return []
    throw err
  }
}
