import { FaceError } from '../errors.ts'
import { errorCode } from './file-system.ts'
import { UnknownKeyError } from './unknown-key-error.ts'

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])

/**
 * What the client is told of a failed file system call, or of a file with an unknown key: `STORE_FULL` or
 * `STORE_UNAVAILABLE`, with the error as cause. Other errors are returned as they are.
 */
export function toStoreError (err: unknown): unknown {
  if (err instanceof UnknownKeyError) return new FaceError('STORE_UNAVAILABLE', { cause: err })
  const code = errorCode(err)
  if (code === undefined) return err
  return new FaceError(FULL.has(code) ? 'STORE_FULL' : 'STORE_UNAVAILABLE', { cause: err })
}

/** Runs file system work; its errors become those of {@link toStoreError}. */
export async function withStoreErrors<T> (work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (err) {
    throw toStoreError(err)
  }
}
