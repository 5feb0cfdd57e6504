import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { errorCode, reasonOf } from '../../system-error.ts'
import { createTaskQueue } from '../../task-queue.ts'
import { listIfThere, writeAtomic } from '../folder/atomic-file.ts'
import { nodeFileSystem, withStoreErrors } from '../folder/file-system.ts'
import { dataFolder, removeStray, USER_FOLDERS, userFolder } from '../folder/layout.ts'
import { createUserLock, type Claim } from '../folder/lock.ts'
import { ownerName } from '../folder/process-identity.ts'
import { DamagedRecordError } from '../record/errors.ts'
import type { DataKey } from '../record/seal.ts'
import type { OnStoreEvent } from '../store-event.ts'
import { isUserKey } from '../user-key.ts'
import { createSightingCodec, type SightingCodec } from './sighting-codec.ts'
import {
  sightingFromNumbers, sightingToNumbers, today, type ChangeSighting, type Sighting, type SightingStore
} from './sighting-store.ts'

export interface FolderSightingsOptions {
  /** The data folder of the encodings. */
  dir: string
  /** The first encrypts what is written, all of them read; without any, nothing is encrypted. */
  keys?: readonly DataKey[]
  onEvent?: OnStoreEvent
}

/** The file with the day since when there are sightings. */
const SINCE = 'since'

type Content = Readonly<Record<string, unknown>>

/**
 * A {@link SightingStore} in the folder of the encodings: a file for the users of each sub-folder. A file that is
 * damaged is reported, and counts as empty: it is a statistic.
 */
export function createFolderSightings ({ dir, keys = [], onEvent = () => {} }: FolderSightingsOptions): SightingStore {
  const fs = nodeFileSystem
  const data = dataFolder(resolve(dir))
  const codec = createSightingCodec(keys)
  const plain = createSightingCodec([])
  const lock = createUserLock({ folder: data.locks, fs })
  /** Changes of this process wait here for one another, and not at the lock. */
  const queue = createTaskQueue()
  const pathOf = (name: string): string => join(data.sightings, name)

  /** The day is no secret: the file needs no key. */
  const codecOf = (name: string): SightingCodec => name === SINCE ? plain : codec

  async function readContent (name: string): Promise<Content> {
    const path = pathOf(name)
    try {
      return codecOf(name).decode(data.nameOf(path), await readFile(path))
    } catch (err) {
      if (errorCode(err) === 'ENOENT') return {}
      if (!(err instanceof DamagedRecordError)) throw err
      onEvent({ type: 'damaged', file: data.nameOf(path), reason: reasonOf(err) })
      return {}
    }
  }

  async function readUsers (folder: string): Promise<Map<string, Sighting>> {
    const { users } = await readContent(folder)
    const listed = typeof users === 'object' && users !== null ? Object.entries(users) : []
    return new Map(listed.flatMap(([key, numbers]) => {
      const sighting = sightingFromNumbers(numbers)
      return sighting && isUserKey(key) ? [[key, sighting]] : []
    }))
  }

  async function write (name: string, content: Content, claim: Claim): Promise<void> {
    const path = pathOf(name)
    const tag = hash('sha256', data.nameOf(path), 'hex').slice(0, 32)
    await writeAtomic(fs, {
      path,
      tempPath: pathOf(`.${tag}.${ownerName()}.tmp`),
      content: codecOf(name).encode(data.nameOf(path), content),
      beforeRename: () => claim.assertHeld()
    })
  }

  /** Runs `work` while no other process changes this file. */
  async function claimed<T> (name: string, work: (claim: Claim) => Promise<T>): Promise<T> {
    return await queue.run(name, async () => {
      const claim = await lock.acquireNamed(`sightings-${name}`)
      try {
        return await withStoreErrors(() => work(claim))
      } finally {
        await claim.release()
      }
    })
  }

  async function changeFolder (folder: string, keys: readonly string[], change: ChangeSighting): Promise<void> {
    await claimed(folder, async (claim) => {
      const users = await readUsers(folder)
      let isChanged = false
      for (const key of keys) {
        const present = users.get(key) ?? null
        const wanted = change(key, present)
        if (wanted === present) continue
        isChanged = true
        if (wanted) users.set(key, wanted)
        else users.delete(key)
      }
      if (!isChanged) return
      const listed = Object.fromEntries([...users].map(([key, sighting]) => [key, sightingToNumbers(sighting)]))
      await write(folder, { users: listed }, claim)
    })
  }

  const sinceIn = ({ since }: Content): number | null => Number.isSafeInteger(since) ? since as number : null

  return {
    async since () {
      const known = sinceIn(await withStoreErrors(() => readContent(SINCE)))
      if (known !== null) return known
      return await claimed(SINCE, async (claim) => {
        const since = sinceIn(await readContent(SINCE)) ?? today()
        await write(SINCE, { since }, claim)
        return since
      })
    },
    read: async (key) => (await withStoreErrors(() => readUsers(userFolder(key)))).get(key) ?? null,
    async * entries () {
      for (const folder of USER_FOLDERS) yield * await withStoreErrors(() => readUsers(folder))
    },
    async update (keys, change, onStored) {
      for (const name of await withStoreErrors(() => listIfThere(fs, data.sightings))) {
        await removeStray(fs, data.sightings, name)
      }
      const folders = new Map<string, string[]>()
      for (const key of keys) folders.set(userFolder(key), [...folders.get(userFolder(key)) ?? [], key])
      for (const [folder, users] of folders) {
        await changeFolder(folder, users, change)
        onStored?.(users)
      }
    },
    close: () => queue.idle()
  }
}
