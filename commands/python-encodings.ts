import { readFile } from 'node:fs/promises'
import { parse } from 'node:path'
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import { CommandError } from './command-error.ts'
import { readNumpy } from './numpy.ts'

/** Encodings of a user as another program kept them; nothing is checked yet. */
export interface ForeignUser {
  userId: unknown
  /** One or more encodings. */
  encodings: unknown
}

const ID_LISTS = ['user_ids', 'names', 'known_face_names']
const ENCODING_LISTS = ['encodings', 'known_face_encodings']

/** Names of what `readForeign` reads. */
export const FOREIGN_EXTENSIONS = ['.npy', '.npz', '.json']

/**
 * Reads what Python services keep of their users: `.npy` (the user id is the file's name), `.npz` (it is the array's)
 * or `.json`. Throws {@link CommandError} if it is none of these.
 */
export async function readForeign (path: string): Promise<ForeignUser[]> {
  const bytes = await readFile(path)
  const { ext, name } = parse(path)
  if (ext === '.npy') return [{ userId: name, encodings: readNumpy(path, bytes) }]
  return ext === '.npz' ? await readZip(path, bytes) : readJson(path, bytes.toString('utf8'))
}

async function readZip (path: string, bytes: Uint8Array): Promise<ForeignUser[]> {
  try {
    const users: ForeignUser[] = []
    const zip = new ZipReader(new Uint8ArrayReader(bytes), { useWebWorkers: false, checkSignature: true })
    for (const entry of await zip.getEntries()) {
      if (entry.directory) continue
      const array = await entry.getData(new Uint8ArrayWriter())
      const encodings = readNumpy(`${path}: ${entry.filename}`, array)
      users.push({ userId: entry.filename.replace(/\.npy$/, ''), encodings })
    }
    return users
  } catch (err) {
    if (err instanceof CommandError) throw err
    throw new CommandError(`${path}: not a .npz file, or damaged (${err instanceof Error ? err.message : String(err)})`)
  }
}

/** Two lists of the same length, a list of users, or an object with the user ids as names. */
function readJson (path: string, text: string): ForeignUser[] {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    throw new CommandError(`${path}: not JSON`)
  }
  if (typeof content !== 'object' || content === null) throw new CommandError(`${path}: neither a list nor an object`)
  if (Array.isArray(content)) {
    return content.map((user) => ({
      userId: fieldOf(user, 'user_id'), encodings: fieldOf(user, 'encodings') ?? fieldOf(user, 'encoding')
    }))
  }
  const listIn = (names: string[]): unknown =>
    names.map((name) => fieldOf(content, name)).find((value) => value !== undefined)
  const [ids, encodings] = [listIn(ID_LISTS), listIn(ENCODING_LISTS)]
  if (ids === undefined || encodings === undefined) {
    return Object.entries(content).map(([userId, value]) => ({ userId, encodings: value }))
  }
  if (!Array.isArray(ids) || !Array.isArray(encodings) || ids.length !== encodings.length) {
    throw new CommandError(`${path}: there must be as many user ids as encodings`)
  }
  return ids.map((userId, index) => ({ userId, encodings: encodings[index] }))
}

function fieldOf (value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}
