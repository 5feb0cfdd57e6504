import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { makeFolder, syncFolder } from './atomic-file.ts'
import type { FileSystem } from './file-system.ts'
import { userFileName } from './layout.ts'

/** The file's old name, the time, a random part and the reason. */
const QUARANTINED = /^(.+)\.\d{8}T\d{9}Z\.[0-9a-f]{6}\.([A-Za-z0-9-]*)$/
/**
 * A folder or a device is in the place of a record: it holds no encoding of ours, and removing it is not our business.
 */
const NOT_A_FILE = 'not-a-file'

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

/** Whether it is a file of this user that was set aside, and may still hold encodings. */
export function isQuarantinedOf (key: string, fileName: string): boolean {
  const [, name, reason] = QUARANTINED.exec(fileName) ?? []
  return name === userFileName(key) && reason !== NOT_A_FILE
}
