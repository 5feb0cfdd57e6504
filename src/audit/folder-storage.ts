import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { FaceError } from '../errors.ts'
import { createFile, listIfThere, makeFolder, syncFolder, unlinkIfThere } from '../store/folder/atomic-file.ts'
import { FILE_MODE, nodeFileSystem, withStoreErrors, type FileSystem } from '../store/folder/file-system.ts'
import { dataFolder } from '../store/folder/layout.ts'
import { createUserLock, type Claim } from '../store/folder/lock.ts'
import {
  chainLine, EMPTY_TAIL, follow, parseLine, recoveryFields, splitLines, tailAt, tailBefore, type Tail
} from './chain.ts'
import type { AuditStorage, Extension } from './storage.ts'

/** Claimed by the process that appends; no user's claim has such a name. */
const LOCK = 'audit'
/** A longer file is continued in another one. */
const SEGMENT_BYTES = 8 * 1024 * 1024
/** A crash tears no more than what one write appends. */
const TORN_BYTES_MAX = 1024 * 1024
const SEGMENT = /^\d{15}\.ndjson$/
/** Kept for deletions, which a full disk must not prevent: they make room. */
const RESERVE = 'reserve'
const RESERVE_BYTES = 16 * 1024
/** Only where it is a small part of what is free. */
const RESERVE_SHARE = 16

type FileHandle = Awaited<ReturnType<FileSystem['open']>>

/** What is known of the last file. */
interface Known {
  name: string
  /** Bytes up to which it was read. */
  size: number
  tail: Tail
  /** Bytes at the end that are no lines of the chain: a crash has torn the last write. */
  torn: Buffer
}

const segmentName = (seq: number): string => `${String(seq).padStart(15, '0')}.ndjson`

export interface FolderStorageOptions {
  dir: string
  /** For tests. */
  fs?: FileSystem
  segmentBytes?: number
}

/** Append-only files in `audit/` of the data folder, each named by the number of its first line. */
export function createFolderStorage (
  { dir, fs = nodeFileSystem, segmentBytes = SEGMENT_BYTES }: FolderStorageOptions
): AuditStorage {
  const folder = join(dir, 'audit')
  const reserve = join(folder, RESERVE)
  const lock = createUserLock({ folder: dataFolder(dir).locks, fs })
  let known: Known | undefined
  let hasReserve = false

  const segments = async (): Promise<string[]> =>
    (await listIfThere(fs, folder)).filter((name) => SEGMENT.test(name)).sort()

  async function readFrom (handle: FileHandle, start: number, size: number): Promise<Buffer> {
    const bytes = Buffer.alloc(size - start)
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done)
      if (bytesRead === 0) return bytes.subarray(0, done)
      done += bytesRead
    }
    return bytes
  }

  async function readWhole (name: string): Promise<Buffer> {
    const handle = await fs.open(join(folder, name), 'r')
    try {
      return await handle.readFile()
    } finally {
      await handle.close()
    }
  }

  /** Where the chain ends in the bytes, which begin after `tail`. */
  function endOf (tail: Tail, bytes: Buffer): { tail: Tail, torn: Buffer } {
    const reached = follow(tail, bytes)
    const rest = bytes.subarray(reached.end)
    if (rest.length <= TORN_BYTES_MAX) return { tail: reached.tail, torn: rest }
    // Somebody has changed the file: `verify` will say so, and the log goes on after the last line that is one.
    let last = { tail: reached.tail, end: 0 }
    for (const { bytes: line, end } of splitLines(rest)) {
      const parsed = parseLine(line)
      if (parsed) last = { tail: tailAt(last.tail, parsed, line), end }
    }
    return { tail: last.tail, torn: rest.subarray(last.end) }
  }

  /** The end of a file that was not read before. */
  async function readEnd (names: string[]): Promise<{ tail: Tail, torn: Buffer }> {
    const name = names.at(-1)
    if (name === undefined) return { tail: EMPTY_TAIL, torn: Buffer.alloc(0) }
    const bytes = await readWhole(name)
    const [first] = splitLines(bytes)
    const line = first && parseLine(first.bytes)
    if (line) return endOf(tailBefore(line), bytes)
    // Its first write was torn.
    const before = await readEnd(names.slice(0, -1))
    return endOf(before.tail, bytes)
  }

  /** Reads what others have appended since. */
  async function catchUp (names: string[], handle: FileHandle, size: number): Promise<Known> {
    const name = names.at(-1)!
    if (known?.name !== name || known.torn.length > 0 || size < known.size) {
      return { name, size, ...await readEnd(names) }
    }
    if (size === known.size) return known
    return { name, size, ...endOf(known.tail, await readFrom(handle, known.size, size)) }
  }

  /** A new last file, after one that is full, or the first one. */
  async function createSegment (tail: Tail): Promise<{ handle: FileHandle, present: Known }> {
    const name = segmentName(tail.seq + 1)
    await makeFolder(fs, folder)
    const handle = await createFile(fs, join(folder, name))
    try {
      await syncFolder(fs, folder)
    } catch (err) {
      await handle.close()
      throw err
    }
    return { handle, present: { name, size: 0, tail, torn: Buffer.alloc(0) } }
  }

  async function openLast (): Promise<{ handle: FileHandle, present: Known }> {
    const names = await segments()
    const name = names.at(-1)
    if (name === undefined) return await createSegment(EMPTY_TAIL)
    const handle = await fs.open(join(folder, name), 'a+', FILE_MODE)
    try {
      const { size } = await handle.stat()
      const present = await catchUp(names, handle, size)
      if (size < segmentBytes || present.torn.length > 0) return { handle, present }
      await handle.close()
      return await createSegment(present.tail)
    } catch (err) {
      await handle.close().catch(() => {}) // The first error is the one to report.
      throw err
    }
  }

  /** What closes off a torn write, so that what is left of it can be told from an edited line. */
  function closeOff ({ tail, torn }: Known): Extension {
    if (torn.length === 0) return { lines: [], tail }
    // Nothing but its line feed is missing.
    const whole = follow(tail, Buffer.concat([torn, Buffer.from('\n')]))
    if (whole.end > torn.length) return { lines: [''], tail: whole.tail }
    const { line, tail: after } = chainLine(tail, new Date(), recoveryFields(torn))
    return { lines: ['', line], tail: after }
  }

  async function write (claim: Claim, extend: (tail: Tail) => Extension): Promise<void> {
    const { handle, present } = await openLast()
    try {
      known = undefined
      const before = closeOff(present)
      const { lines, tail } = extend(before.tail)
      if (lines.length > 0) {
        const bytes = Buffer.from([...before.lines, ...lines, ''].join('\n'))
        claim.assertHeld()
        try {
          await handle.writeFile(bytes)
          await handle.datasync()
        } catch (err) {
          // What stays is closed off by the next write.
          await handle.truncate(present.size).catch(() => {})
          throw err
        }
        known = { name: present.name, size: present.size + bytes.length, tail, torn: Buffer.alloc(0) }
      } else known = present
    } finally {
      await handle.close()
    }
  }

  async function keepReserve (): Promise<void> {
    if (hasReserve) return
    const { bavail, bsize } = await statfs(folder)
    if (bavail * bsize < RESERVE_SHARE * RESERVE_BYTES) return
    hasReserve = true
    // Another process may have made it.
    const handle = await fs.open(reserve, 'wx', FILE_MODE)
    try {
      await handle.writeFile(Buffer.alloc(RESERVE_BYTES))
    } finally {
      await handle.close()
    }
  }

  async function freeReserve (): Promise<void> {
    hasReserve = false
    await unlinkIfThere(fs, reserve)
  }

  return {
    async append (extend, { mayUseReserve } = { mayUseReserve: false }) {
      const claim = await lock.acquireNamed(LOCK)
      try {
        await withStoreErrors(() => write(claim, extend)).catch(async (err: unknown) => {
          if (!mayUseReserve || !(err instanceof FaceError && err.code === 'STORE_FULL')) throw err
          await withStoreErrors(async () => {
            await freeReserve()
            await write(claim, extend)
          })
        })
      } finally {
        await claim.release()
      }
      await keepReserve().catch(() => {}) // It is there, or there is no room for it now.
    },
    async * lines () {
      for (const name of await segments()) {
        const bytes = await readWhole(name)
        let end = 0
        for (const line of splitLines(bytes)) {
          yield line.bytes
          end = line.end
        }
        if (end < bytes.length) yield bytes.subarray(end)
      }
    },
    close: async () => {}
  }
}
