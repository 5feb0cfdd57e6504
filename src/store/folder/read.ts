import { hash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { join, resolve } from 'node:path'
import { errorCode } from '../../system-error.ts'
import { ABSENT, type Sealing, type StoredUsers } from '../encoding-store.ts'
import { RECORD_BYTES_MAX, type DecodedRecord, type RecordCodec } from '../record/codec.ts'
import { DamagedRecordError, notValid } from '../record/errors.ts'
import { listIfThere } from './atomic-file.ts'
import { nodeFileSystem, READ_FLAGS, type FileSystem } from './file-system.ts'
import { dataFolder, USER_FOLDERS, userFolder, userKeyOf } from './layout.ts'

/** What a user's file is found to be. `stat` tells two states of a file apart, `sum` two contents. */
export type UserFile =
  | { state: 'absent' }
  | { state: 'valid', stat: string } & DecodedRecord & Sealing
  | { state: 'damaged', stat: string, reason: string }
  | { state: 'unsupported', stat: string, reason: string }

const STAT_CHARACTERS = 12

/** Another one whenever the file is replaced, written or touched; short, as it is kept of every user. */
export function statText ({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return hash('sha1', `${ino}.${size}.${mtimeMs}.${ctimeMs}`, 'base64').slice(0, STAT_CHARACTERS)
}

function interpret (codec: RecordCodec, key: string, stats: Stats, read: () => Buffer): UserFile {
  const stat = statText(stats)
  try {
    const { record, sum, keyId } = codec.decode(key, read())
    return { state: 'valid', stat, record, sum, keyId }
  } catch (err) {
    return { ...notValid(err), stat }
  }
}

function checkReadable (stats: Stats): void {
  if (!stats.isFile()) throw new DamagedRecordError('not a file')
  if (stats.size > RECORD_BYTES_MAX) throw new DamagedRecordError('file too large')
}

/**
 * Reads and checks a user's file; throws what the file system throws, but for a file that is not there, and
 * `UnknownKeyError`.
 */
export async function readUserFile (fs: FileSystem, path: string, key: string, codec: RecordCodec): Promise<UserFile> {
  let handle
  try {
    handle = await fs.open(path, READ_FLAGS)
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return ABSENT
    throw err
  }
  try {
    const stats = await handle.stat()
    let bytes = Buffer.alloc(0)
    if (stats.isFile() && stats.size <= RECORD_BYTES_MAX) {
      bytes = Buffer.alloc(stats.size)
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
      bytes = bytes.subarray(0, bytesRead)
    }
    return interpret(codec, key, stats, () => {
      checkReadable(stats)
      return bytes
    })
  } finally {
    await handle.close()
  }
}

/** As {@link readUserFile}, several times faster and for the start only: the process waits. */
export function readUserFileSync (path: string, key: string, codec: RecordCodec, buffer: Buffer): UserFile {
  let descriptor
  try {
    descriptor = openSync(path, READ_FLAGS)
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return ABSENT
    throw err
  }
  try {
    const stats = fstatSync(descriptor)
    return interpret(codec, key, stats, () => {
      checkReadable(stats)
      return buffer.subarray(0, readSync(descriptor, buffer, 0, stats.size, 0))
    })
  } finally {
    closeSync(descriptor)
  }
}

/** What lies in a data folder. */
export function storedFiles (dir: string, codec: RecordCodec): StoredUsers {
  const data = dataFolder(resolve(dir))
  return {
    async * keys () {
      for (const folder of USER_FOLDERS) {
        for (const name of await listIfThere(nodeFileSystem, join(data.users, folder))) {
          const key = userKeyOf(name)
          if (key !== null && userFolder(key) === folder) yield key
        }
      }
    },
    nameOf: (key) => data.nameOf(data.userPath(key)),
    read: (key) => readUserFile(nodeFileSystem, data.userPath(key), key, codec),
    quarantined: async () => (await listIfThere(nodeFileSystem, data.quarantine)).length,
    close: async () => {}
  }
}
