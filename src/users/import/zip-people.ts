import { extname, posix } from 'node:path'
import { Reader, ZipReader, type Entry, type FileEntry } from '@zip.js/zip.js'
import { FaceError } from '../../errors.ts'
import type { ImportRow } from './import-people.ts'
import { listedRows, type PhotoFile } from './listed-rows.ts'
import { LIST_BYTES_MAX, PEOPLE_MAX, personOf, tooMany } from './people-list.ts'
import { userOfPhoto } from './photo-paths.ts'
import type { Spool } from './spool.ts'

const LIST_EXTENSIONS = ['.csv', '.ndjson']
/** Photos, a list, and folders. */
const ENTRIES_MAX = 3 * PEOPLE_MAX
/** The list of entries is read at once. */
const READ_BYTES_MAX = 16 * 1024 * 1024

const unreadable = (message: string, cause?: unknown): FaceError =>
  new FaceError('INVALID_REQUEST', { message: `The ZIP file cannot be read: ${message}`, cause })

class SpoolReader extends Reader<Spool> {
  readonly #spool: Spool

  constructor (spool: Spool) {
    super(spool)
    this.#spool = spool
    this.size = spool.byteLength()
  }

  override async readUint8Array (index: number, length: number): Promise<Uint8Array> {
    if (length > READ_BYTES_MAX) throw unreadable('its list of files is too long')
    return await this.#spool.read(index, length)
  }
}

/**
 * The content of an entry. Throws `PAYLOAD_TOO_LARGE` for more than `bytesMax`, before it is unpacked where the entry
 * says so, and `INVALID_REQUEST` for what cannot be unpacked, or is larger than it says.
 */
async function unpack (entry: FileEntry, bytesMax: number): Promise<Buffer> {
  const { uncompressedSize: size } = entry
  if (size > bytesMax) throw new FaceError('PAYLOAD_TOO_LARGE')
  if (entry.encrypted) throw unreadable('it is encrypted')
  const content = Buffer.alloc(size)
  let at = 0
  try {
    await entry.getData(new WritableStream<Uint8Array>({
      write (part) {
        if (at + part.length > size) throw unreadable('a file is larger than it says')
        content.set(part, at)
        at += part.length
      }
    }), { useWebWorkers: false, checkSignature: true })
  } catch (err) {
    if (err instanceof FaceError) throw err
    throw new FaceError('IMAGE_UNREADABLE', { message: 'The file in the ZIP file is damaged', cause: err })
  }
  return content
}

/** The entries that somebody put there: computers add hidden ones. */
function isMeant (entry: Entry): entry is FileEntry {
  return !entry.directory && !entry.filename.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')
}

async function entriesOf (spool: Spool): Promise<FileEntry[]> {
  const zip = new ZipReader(new SpoolReader(spool), { useWebWorkers: false })
  const entries: FileEntry[] = []
  let seen = 0
  try {
    for await (const entry of zip.getEntriesGenerator()) {
      if (++seen > ENTRIES_MAX) throw tooMany()
      if (isMeant(entry)) entries.push(entry)
    }
  } catch (err) {
    if (err instanceof FaceError) throw err
    throw unreadable('it is damaged, or no ZIP file', err)
  }
  return entries
}

function fileOf (entry: FileEntry, bytesMax: number): PhotoFile {
  return {
    byteLength: Math.min(entry.uncompressedSize, bytesMax),
    // In memory of its own, which can be moved to another thread.
    read: async () => new Uint8Array(await unpack(entry, bytesMax)).buffer
  }
}

/**
 * The people of a ZIP file: those of the list in it, `ANY.csv` or `ANY.ndjson`, whose photos are named from its folder;
 * without one, `USER_ID/ANY.jpg` and `USER_ID.jpg`. Nothing of it is written anywhere. Throws `INVALID_REQUEST` and
 * `PAYLOAD_TOO_LARGE` for a file that is none, or too much.
 */
export async function zipRows (spool: Spool, photoBytesMax: number): Promise<ImportRow[]> {
  const entries = await entriesOf(spool)
  const lists = entries.filter(({ filename }) => LIST_EXTENSIONS.includes(extname(filename).toLowerCase()))
  if (lists.length > 1) throw unreadable('it has several lists of people')
  const [list] = lists
  const photos = new Map(entries.filter((entry) => entry !== list).map((entry) => [entry.filename, entry]))
  if (!list) {
    const found = [...photos.values()].sort((one, other) => one.filename < other.filename ? -1 : 1)
    if (found.length > PEOPLE_MAX) throw tooMany()
    if (found.length === 0) throw unreadable('it has neither photos nor a list of people')
    return found.map((entry, i) => {
      const { byteLength, read } = fileOf(entry, photoBytesMax)
      const userId = userOfPhoto(entry.filename)
      return {
        row: i + 1,
        photoName: entry.filename,
        ...userId !== null && { userId },
        byteLength,
        read: async () => ({ ...personOf({ user_id: userId }), photo: await read() })
      }
    })
  }

  const folder = posix.dirname(list.filename)
  return listedRows(await unpack(list, LIST_BYTES_MAX), (name) => {
    const entry = photos.get(posix.join(folder, name)) ?? photos.get(name)
    return entry && fileOf(entry, photoBytesMax)
  })
}
