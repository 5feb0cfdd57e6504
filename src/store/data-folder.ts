import { join, relative } from 'node:path'
import { makeFolder, syncFolder } from './atomic-file.ts'
import type { FileSystem } from './file-system.ts'
import { ownerName, parseOwner } from './process-identity.ts'
import { USER_FOLDERS, userFileName, userFolder, userTag } from './user-file-name.ts'

const TEMP = /^\.[0-9a-f]{32}\.(.+)\.tmp$/

/** Where everything lies under one data folder. */
export interface DataFolder {
  readonly users: string
  readonly locks: string
  readonly quarantine: string
  userPath (key: string): string
  /** A new temporary file beside the user's. */
  tempPath (key: string): string
  /** For messages: the path as seen from the data folder. */
  nameOf (path: string): string
}

/** Names the parts of a data folder; creates nothing. */
export function dataFolder (dir: string): DataFolder {
  const users = join(dir, 'users')
  return {
    users,
    locks: join(dir, 'locks'),
    quarantine: join(dir, 'quarantine'),
    userPath: (key) => join(users, userFolder(key), userFileName(key)),
    tempPath: (key) => join(users, userFolder(key), `.${userTag(key)}.${ownerName()}.tmp`),
    nameOf: (path) => relative(dir, path)
  }
}

/** The process and host that a temporary file belongs to; null for every other file. */
export function tempOwner (fileName: string): ReturnType<typeof parseOwner> {
  const owner = TEMP.exec(fileName)?.[1]
  return owner === undefined ? null : parseOwner(owner)
}

/** Whether it is a temporary file of this user, whoever made it. */
export function isTempOf (key: string, fileName: string): boolean {
  return fileName.startsWith(`.${userTag(key)}.`) && tempOwner(fileName) !== null
}

/** Creates all folders that are missing, durably. */
export async function makeDataFolders (fs: FileSystem, { users, locks, quarantine }: DataFolder): Promise<void> {
  for (const folder of [users, locks, quarantine]) await makeFolder(fs, folder)
  const present = new Set(await fs.readdir(users))
  const missing = USER_FOLDERS.filter((name) => !present.has(name))
  for (const name of missing) await fs.mkdir(join(users, name), { recursive: true, mode: 0o700 })
  if (missing.length > 0) await syncFolder(fs, users)
}
