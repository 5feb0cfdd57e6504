import { constants } from 'node:fs'
import * as promises from 'node:fs/promises'
import { dirname } from 'node:path'
import { FaceError } from '../../errors.ts'
import { errorCode } from '../../system-error.ts'
import { UnknownKeyError } from '../record/errors.ts'

/** The asynchronous file system calls of the store: a parameter, so that a test can make each of them fail. */
export type FileSystem = Pick<typeof promises, 'mkdir' | 'open' | 'readdir' | 'rename' | 'stat' | 'unlink'>

/** The real file system. */
export const nodeFileSystem: FileSystem = promises

export const FILE_MODE = 0o600
export const FOLDER_MODE = 0o700

/** Never waits, not even on a named pipe that lies where a record should be. */
export const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])

/** A system error without the name of the file, which tells a user: for logs. */
function withoutFile (err: NodeJS.ErrnoException, code: string): Error {
  const { syscall, path } = err
  const folder = path === undefined ? undefined : dirname(path)
  const place = folder === undefined ? '' : ` in ${folder}`
  return Object.assign(new Error(`${code}: ${syscall}${place}`), { code, syscall })
}

/**
 * What the client is told of a failed file system call, or of a file with an unknown key: `STORE_FULL` or
 * `STORE_UNAVAILABLE`, with a cause that names no user. Other errors are returned as they are.
 */
export function toStoreError (err: unknown): unknown {
  if (err instanceof UnknownKeyError) return new FaceError('STORE_UNAVAILABLE', { cause: err })
  const code = errorCode(err)
  if (code === undefined) return err
  const cause = withoutFile(err as NodeJS.ErrnoException, code)
  return new FaceError(FULL.has(code) ? 'STORE_FULL' : 'STORE_UNAVAILABLE', { cause })
}

/** Runs file system work; its errors become those of {@link toStoreError}. */
export async function withStoreErrors<T> (work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (err) {
    throw toStoreError(err)
  }
}
