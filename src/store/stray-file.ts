import { join } from 'node:path'
import { unlinkIfThere } from './atomic-file.ts'
import { tempOwner } from './data-folder.ts'
import type { FileSystem } from './file-system.ts'
import { isOwnerAlive } from './process-identity.ts'

/** A writer of another host, which cannot be asked, needs much less. */
const FOREIGN_TEMP_MS = 60_000

/** Removes a temporary file whose writer is dead; every other file stays. Never rejects. */
export async function removeStray (fs: FileSystem, folder: string, name: string): Promise<void> {
  const owner = tempOwner(name)
  if (!owner) return
  const path = join(folder, name)
  try {
    const alive = isOwnerAlive(owner) ?? Date.now() - (await fs.stat(path)).mtimeMs < FOREIGN_TEMP_MS
    if (!alive) await unlinkIfThere(fs, path)
  } catch {
    // Gone by now, or the folder is read-only: nothing depends on it, and the next look tries again.
  }
}
