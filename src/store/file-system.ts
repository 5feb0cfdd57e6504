import { constants } from 'node:fs'
import * as promises from 'node:fs/promises'

/** The asynchronous file system calls of the store: a parameter, so that a test can make each of them fail. */
export type FileSystem = Pick<typeof promises, 'mkdir' | 'open' | 'readdir' | 'rename' | 'stat' | 'unlink'>

/** The real file system. */
export const nodeFileSystem: FileSystem = promises

export const FILE_MODE = 0o600
export const FOLDER_MODE = 0o700

/** Never waits, not even on a named pipe that lies where a record should be. */
export const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** The system's error code, such as ENOENT; undefined for any other error. */
export function errorCode (err: unknown): string | undefined {
  return err instanceof Error && 'syscall' in err && 'code' in err && typeof err.code === 'string' ? err.code : undefined
}
