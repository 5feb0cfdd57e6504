import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { errorCode } from '../../system-error.ts'
import { createFile, listIfThere, syncFolder, unlinkIfThere, writeAtomic } from '../folder/atomic-file.ts'
import { nodeFileSystem as fs, READ_FLAGS, withStoreErrors } from '../folder/file-system.ts'
import { dataFolder } from '../folder/layout.ts'
import { ownerName } from '../folder/process-identity.ts'
import type { DataKey } from '../record/seal.ts'
import {
  createRequestMemory, REMEMBERED_MS, type Found, type RequestMemory, type RequestShelf
} from './request-memory.ts'

const HOUR_MS = 3_600_000
const HOUR = /^\d{4}-\d\d-\d\dT\d\d$/
const EXPIRE_MS = 600_000

/** One try of a request: the last one of the same id counts. */
interface Try { folder: string, id: string, number: number }

const pathOf = ({ folder, id, number }: Try): string => join(folder, `${id}.${number}`)

const startOf = (hour: string): number => Date.parse(`${hour}:00:00Z`)

/** The file and its age; null if there is none. */
async function read (path: string): Promise<Found | null> {
  let handle
  try {
    handle = await fs.open(path, READ_FLAGS)
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return null
    throw err
  }
  try {
    const { mtimeMs } = await handle.stat()
    return { content: await handle.readFile(), ageMs: Date.now() - mtimeMs }
  } finally {
    await handle.close()
  }
}

/** Creates the file, durably; false if it is there. */
async function create (place: Try, content: Buffer): Promise<boolean> {
  let handle
  try {
    handle = await createFile(fs, pathOf(place))
  } catch (err) {
    if (errorCode(err) === 'EEXIST') return false
    throw err
  }
  try {
    await handle.writeFile(content)
    await handle.datasync()
  } finally {
    await handle.close()
  }
  await syncFolder(fs, place.folder)
  return true
}

/**
 * Requests as files in a folder for each hour, so that an hour is forgotten by removing its folder. A file is created
 * by one process only; who takes a request over creates its next try.
 */
function createFolderShelf (root: string): RequestShelf<Try, Found & Try> {
  const hours = async (): Promise<string[]> => (await listIfThere(fs, root)).filter((name) => (
    HOUR.test(name) && startOf(name) + HOUR_MS + REMEMBERED_MS > Date.now()
  ))

  /** The last try in the folder; null if there is none. */
  async function lastTry (folder: string, id: string): Promise<Found & Try | null> {
    let last: Found & Try | null = null
    for (let number = 1; ; number++) {
      const found = await read(pathOf({ folder, id, number }))
      if (!found) return last
      last = { ...found, folder, id, number }
    }
  }

  async function find (id: string, except?: string): Promise<Found & Try | null> {
    for (const hour of await hours()) {
      const found = hour === except ? null : await lastTry(join(root, hour), id)
      if (found) return found
    }
    return null
  }

  return {
    add: (id, content) => withStoreErrors(async () => {
      for (;;) {
        const before = await find(id)
        if (before) return { present: before }
        const hour = new Date().toISOString().slice(0, 13)
        const place = { folder: join(root, hour), id, number: 1 }
        // Another process was quicker, and may be done already.
        if (!await create(place, content)) continue
        // Two that do not agree on the hour both withdraw.
        const other = await find(id, hour)
        if (!other) return { place }
        await unlinkIfThere(fs, pathOf(place))
        return { present: other }
      }
    }),
    takeOver: (present, content) => withStoreErrors(async () => {
      const place = { ...present, number: present.number + 1 }
      if (!await create(place, content)) return null
      // Another process may have taken it over, and forgotten it, meanwhile.
      if (await read(pathOf(present))) return place
      await unlinkIfThere(fs, pathOf(place))
      return null
    }),
    write: (place, content) => withStoreErrors(async () => {
      const tempPath = join(place.folder, `.${place.id}.${ownerName()}.tmp`)
      await writeAtomic(fs, { path: pathOf(place), tempPath, content })
    }),
    remove: (place) => withStoreErrors(async () => {
      for (let number = 1; number <= place.number; number++) await unlinkIfThere(fs, pathOf({ ...place, number }))
      await syncFolder(fs, place.folder)
    })
  }
}

/** A {@link RequestMemory} in the data folder of the encodings. */
export function createFolderRequests (
  { dir, ...options }: { dir: string, keys: readonly DataKey[], busyMs: number }
): RequestMemory {
  const root = dataFolder(resolve(dir)).requests
  let timer: NodeJS.Timeout | undefined

  /** Never rejects: another time, or another process, will do it. */
  async function expire (): Promise<void> {
    for (const name of await listIfThere(fs, root).catch(() => [])) {
      if (!HOUR.test(name) || startOf(name) + HOUR_MS + REMEMBERED_MS > Date.now()) continue
      await rm(join(root, name), { recursive: true, force: true }).catch(() => {})
    }
  }

  return {
    ...createRequestMemory(createFolderShelf(root), options),
    async open () {
      await expire()
      timer = setInterval(expire, EXPIRE_MS).unref()
    },
    close: async () => clearInterval(timer)
  }
}
