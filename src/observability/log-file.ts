import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorCode } from '../system-error.ts'

const BYTES_MAX = 10 * 2 ** 20
const OLD_FILES_MAX = 5
/** Between tries to write after an error; twice as long after each that follows within the longest pause. */
const RETRY_MS_MIN = 1_000
const RETRY_MS_MAX = 60_000

/** A file that grows line by line. */
export interface LogFile {
  /** Appends a line. Never throws. */
  write (line: string): void
}

export interface LogFileOptions {
  path: string
  /** Called once when lines begin to be missing from the file. */
  onFailed: (err: unknown) => void
  /** Called once when the file is written again, with the number of lines that are missing. */
  onRecovered: (missing: number) => void
}

/**
 * Makes a log file for its owner alone, rotated at 10 MB to `.1` … `.5`. It is written synchronously, so that it is
 * complete however the process ends. After an error, such as a full disk, it is opened anew until that succeeds; lines
 * meanwhile are missing, but never half there.
 */
export function createLogFile ({ path, onFailed, onRecovered }: LogFileOptions): LogFile {
  let fd: number | undefined
  let bytes = 0
  let missing = 0
  let [failedAt, retryMs] = [-Infinity, RETRY_MS_MIN]

  function open (): number {
    mkdirSync(dirname(path), { recursive: true })
    fd = openSync(path, 'a', 0o600)
    const stats = fstatSync(fd)
    if (!stats.isFile()) throw new Error(`${path} is not a file`)
    bytes = stats.size
    return fd
  }

  function close (): void {
    if (fd === undefined) return
    const closing = fd
    fd = undefined
    closeSync(closing)
  }

  function rotate (): number {
    close()
    for (let number = OLD_FILES_MAX; number > 0; number--) {
      try {
        renameSync(number === 1 ? path : `${path}.${number - 1}`, `${path}.${number}`)
      } catch (err) {
        if (errorCode(err) !== 'ENOENT') throw err
      }
    }
    return open()
  }

  function append (line: Buffer): void {
    let target = fd ?? open()
    if (bytes > 0 && bytes + line.length > BYTES_MAX) target = rotate()
    let written = 0
    try {
      while (written < line.length) written += writeSync(target, line, written)
    } catch (err) {
      // A disk that is full takes the beginning of a line.
      if (written > 0) ftruncateSync(target, fstatSync(target).size - written)
      throw err
    }
    bytes += written
  }

  function fail (err: unknown): void {
    try {
      close()
    } catch {} // The descriptor is gone all the same.
    const now = performance.now()
    retryMs = now - failedAt > RETRY_MS_MAX ? RETRY_MS_MIN : Math.min(2 * retryMs, RETRY_MS_MAX)
    failedAt = now
    if (missing++ === 0) onFailed(err)
  }

  return {
    write (line) {
      if (missing > 0 && performance.now() < failedAt + retryMs) {
        missing++
        return
      }
      try {
        append(Buffer.from(line))
      } catch (err) {
        fail(err)
        return
      }
      const lines = missing
      missing = 0
      if (lines > 0) onRecovered(lines)
    }
  }
}
