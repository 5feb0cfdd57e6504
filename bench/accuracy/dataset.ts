import { readdir, stat } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { CommandError } from '../../commands/command-error.ts'

const PHOTO = /\.(?:jpe?g|png|webp|avif|gif)$/i

export interface Photo {
  person: string
  /** The file's name without its extension. */
  name: string
  path: string
}

export interface Person {
  name: string
  /** Indices of the photos, in order of the files' names. */
  photos: readonly number[]
}

/** Photos in one folder per person. */
export interface Dataset {
  folder: string
  people: readonly Person[]
  photos: readonly Photo[]
}

async function list (folder: string): Promise<string[]> {
  try {
    // Sorted by code units, so that the order is the same everywhere.
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort()
  } catch (err) {
    throw new CommandError(`${folder}: cannot be read as a folder (${(err as NodeJS.ErrnoException).code})`)
  }
}

// Follows links: large sets are often linked in.
const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isDirectory() ?? false

/** Lists `folder/PERSON/PHOTO`. Throws {@link CommandError} for a folder that is missing or that cannot be measured. */
export async function readDataset (folder: string): Promise<Dataset> {
  const photos: Photo[] = []
  const people: Person[] = []
  for (const person of await list(folder)) {
    if (!await isFolder(join(folder, person))) continue
    const files = (await list(join(folder, person))).filter((file) => PHOTO.test(file))
    if (files.length === 0) continue
    people.push({ name: person, photos: files.map((_, i) => photos.length + i) })
    photos.push(...files.map((file) => ({ person, name: parse(file).name, path: join(folder, person, file) })))
  }
  if (photos.length === 0) throw new CommandError(`${folder}: no photos in it; expected one folder per person`)
  if (people.length < 2) throw new CommandError(`${folder}: only one person in it; nobody to confuse them with`)
  if (people.length === photos.length) {
    throw new CommandError(`${folder}: only one photo of each person in it; nothing to recognise`)
  }
  return { folder, people, photos }
}
