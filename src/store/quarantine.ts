import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { makeFolder, syncFolder } from './atomic-file.ts'
import type { FileSystem } from './file-system.ts'

/** Moves a damaged file out of the way, durably; its new name tells the time and the reason. Returns the new path. */
export async function quarantineFile (fs: FileSystem, { path, folder, reason }: {
  path: string, folder: string, reason: string
}): Promise<string> {
  const time = new Date().toISOString().replace(/[-:.]/g, '')
  const why = reason.replace(/[^A-Za-z0-9]+/g, '-')
  // The random part keeps a second damaged file of the user from replacing the first.
  const target = join(folder, `${basename(path)}.${time}.${randomBytes(3).toString('hex')}.${why}`)
  await makeFolder(fs, folder)
  await fs.rename(path, target)
  await syncFolder(fs, folder)
  await syncFolder(fs, dirname(path))
  return target
}
