import { readdir, readFile, stat } from 'node:fs/promises'
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

/** People of Labeled Faces in the Wild whom no measurement should count as somebody else. */
export const LABEL_ERRORS = join(import.meta.dirname, 'label-errors.txt')

/** The names in a file, one a line but for comments (#). Throws {@link CommandError} if it cannot be read. */
export async function readNames (file: string): Promise<Set<string>> {
  const text = await readFile(file, 'utf8').catch((err: NodeJS.ErrnoException) => {
    throw new CommandError(`${file}: cannot be read (${err.code})`)
  })
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return new Set(lines.filter((line) => line !== '' && !line.startsWith('#')))
}

export interface DatasetOptions {
  /** A folder of more people with one photo each, `NAME_0001.jpg`. */
  strangers?: string | undefined
  /** People who are compared with nobody, except where given pairs name them. */
  leaveOut?: ReadonlySet<string>
}

/**
 * Lists `folder/PERSON/PHOTO`, and the strangers after them. Throws {@link CommandError} for a folder that is missing
 * or that cannot be measured.
 */
export async function readDataset (
  folder: string, { strangers, leaveOut = new Set() }: DatasetOptions = {}
): Promise<Dataset> {
  const photos: Photo[] = []
  const people: Person[] = []
  function add (person: string, paths: string[]): void {
    if (!leaveOut.has(person)) people.push({ name: person, photos: paths.map((_, i) => photos.length + i) })
    photos.push(...paths.map((path) => ({ person, name: parse(path).name, path })))
  }

  for (const person of await list(folder)) {
    if (!await isFolder(join(folder, person))) continue
    const files = (await list(join(folder, person))).filter((file) => PHOTO.test(file))
    if (files.length > 0) add(person, files.map((file) => join(folder, person, file)))
  }
  if (strangers !== undefined) {
    for (const file of (await list(strangers)).filter((name) => PHOTO.test(name))) {
      add(parse(file).name.replace(/_\d+$/, ''), [join(strangers, file)])
    }
  }
  if (photos.length === 0) throw new CommandError(`${folder}: no photos in it; expected one folder per person`)
  if (people.length < 2) throw new CommandError(`${folder}: only one person in it; nobody to confuse them with`)
  if (people.every((person) => person.photos.length === 1)) {
    throw new CommandError(`${folder}: only one photo of each person in it; nothing to recognise`)
  }
  return { folder, people, photos }
}
