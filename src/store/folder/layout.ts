import { hash } from 'node:crypto'
import { join, relative } from 'node:path'
import { assertUserKey, isUserKey } from '../user-key.ts'
import { makeFolder, syncFolder, unlinkIfThere } from './atomic-file.ts'
import type { FileSystem } from './file-system.ts'
import { isOwnerAlive, ownerName, parseOwner } from './process-identity.ts'

const TEMP = /^\.[0-9a-f]{32}\.(.+)\.tmp$/

/** Where everything lies under one data folder. */
export interface DataFolder {
  readonly users: string
  readonly locks: string
  readonly quarantine: string
  /** Small documents beside the encodings, in a sub-folder for each collection. */
  readonly documents: string
  /** When users were last recognised: a file for each sub-folder of `users`. */
  readonly sightings: string
  /** What requests with an `Idempotency-Key` were answered, in a sub-folder for each hour. */
  readonly requests: string
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
    documents: join(dir, 'documents'),
    sightings: join(dir, 'sightings'),
    requests: join(dir, 'requests'),
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

/** Whether it is a temporary file of this user, of any process. */
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

const FILE_NAME = /^u-((?:\+[a-z]|[a-z0-9_.@-])+)\.face$/

/** Names of all sub-folders that user files are spread over. */
export const USER_FOLDERS: readonly string[] =
  Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'))

function sha256 (text: string): string {
  return hash('sha256', text, 'hex')
}

/**
 * The user's file name: readable, different for each key even where case does not count (`A` becomes `+a`), never a
 * path, a hidden file or a device.
 */
export function userFileName (key: string): string {
  assertUserKey(key)
  return `u-${key.replace(/[A-Z]/g, (letter) => `+${letter.toLowerCase()}`)}.face`
}

/** The inverse of {@link userFileName}; null for every name that it does not make. */
export function userKeyOf (fileName: string): string | null {
  const escaped = FILE_NAME.exec(fileName)?.[1]
  if (escaped === undefined) return null
  const key = escaped.replace(/\+([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return isUserKey(key) ? key : null
}

/** The sub-folder of the user's file, one of {@link USER_FOLDERS}. */
export function userFolder (key: string): string {
  assertUserKey(key)
  return sha256(key).slice(0, 2)
}

/** A short name for the user's temporary files and claims; different for each key. */
export function userTag (key: string): string {
  assertUserKey(key)
  return sha256(key).slice(0, 32)
}

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
