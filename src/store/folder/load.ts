import { readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { FaceError } from '../../errors.ts'
import { type DataFolder, tempOwner, USER_FOLDERS, userFolder, userKeyOf } from './layout.ts'
import { errorCode } from '../../system-error.ts'
import type { KnownUsers } from './known-users.ts'
import { createLoadingProgress, type OnStoreEvent } from '../store-event.ts'
import { RECORD_BYTES_MAX, type RecordCodec } from '../record/codec.ts'
import { UnknownKeyError } from '../record/errors.ts'
import { readUserFileSync } from './read.ts'
import type { Unreadable } from './unreadable.ts'

/** The process answers requests, such as its health check, at least this often while it loads. */
const SLICE_MS = 20

/**
 * Announces every stored user, in slices of synchronous reads. Returns the users whose file is not valid or cannot be
 * read now, and the temporary files. Throws `STORE_UNAVAILABLE` at the first file that is encrypted with an unknown
 * key.
 */
export async function loadUsers ({ data, codec, known, unreadable, onEvent }: {
  data: DataFolder, codec: RecordCodec, known: KnownUsers, unreadable: Unreadable, onEvent: OnStoreEvent
}): Promise<{ suspects: string[], temps: Array<{ folder: string, name: string }> }> {
  const suspects: string[] = []
  const temps: Array<{ folder: string, name: string }> = []
  // What is announced has no chips: decoding those of everybody would double the time.
  const reader = { ...codec, decode: (key: string, bytes: Buffer) => codec.decode(key, bytes, { withChips: false }) }
  const buffer = Buffer.allocUnsafe(RECORD_BYTES_MAX)
  const startedAt = performance.now()
  let pauseAt = startedAt + SLICE_MS
  const progress = createLoadingProgress(onEvent)

  for (const folder of USER_FOLDERS) {
    for (const [key, path] of usersIn(folder)) {
      load(key, path)
      if (performance.now() < pauseAt) continue
      progress(known.count())
      await nextTurn()
      pauseAt = performance.now() + SLICE_MS
    }
  }
  onEvent({ type: 'loaded', users: known.count(), durationMs: Math.round(performance.now() - startedAt) })
  return { suspects, temps }

  function load (key: string, path: string): void {
    try {
      const file = readUserFileSync(path, key, reader, buffer)
      if (file.state === 'damaged' || file.state === 'unsupported') suspects.push(key)
      else known.accept(key, file)
    } catch (err) {
      if (err instanceof UnknownKeyError) throw wrongKeys(key, err)
      suspects.push(key) // Looked at again, and reported, when the others are loaded.
    }
  }

  /** Serving the others would look as if this user, and maybe everybody, had been deleted. */
  function wrongKeys (key: string, cause: UnknownKeyError): FaceError {
    const name = data.nameOf(data.userPath(key))
    const message = `${name} is ${cause.message}: set FACE_DATA_KEY to the keys of this folder`
    return new FaceError('STORE_UNAVAILABLE', { message, cause })
  }

  /** The users of a sub-folder with the paths of their files. */
  function usersIn (folder: string): Array<[key: string, path: string]> {
    const users: Array<[string, string]> = []
    const folderPath = join(data.users, folder)
    for (const name of namesIn(folder, folderPath)) {
      const path = folderPath + sep + name
      const key = userKeyOf(name)
      if (key !== null && userFolder(key) === folder) users.push([key, path])
      else if (tempOwner(name)) temps.push({ folder: folderPath, name })
      else onEvent({ type: 'ignored', file: data.nameOf(path), reason: 'not the place or name of a user file' })
    }
    return users
  }

  /** A sub-folder that cannot be read is tried again: one bad sector must not keep all others from being served. */
  function namesIn (folder: string, path: string): string[] {
    try {
      return readdirSync(path)
    } catch (err) {
      if (errorCode(err) !== 'ENOENT') unreadable.report(path, folder, err)
      return []
    }
  }
}
