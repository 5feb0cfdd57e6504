import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError } from '../../commands/command-error.ts'
import type { Dataset } from './dataset.ts'

/** Two photos, by index. */
export type Pair = readonly [one: number, other: number]

/** Part of the pairs; each part is judged by what the others teach. */
export interface Fold<Of = Pair> {
  genuine: Of[]
  impostor: Of[]
}

const isNumber = (text: string | undefined): boolean => text !== undefined && /^[1-9]\d{0,6}$/.test(text)
const FORMS = { genuine: 'NAME, number, number', impostor: 'NAME, number, NAME, number' } as const

/**
 * Reads pairs in LFW's format, fields separated by tabs: a line `folds, n`, then for each fold n lines of
 * {@link FORMS}.genuine and n lines of {@link FORMS}.impostor; number 7 of NAME is the photo `NAME_0007`.
 * Source: http://vis-www.cs.umass.edu/lfw/README.txt. Throws {@link CommandError} with file and line.
 */
export function parsePairs (
  text: string, file: string, { folder, photos }: Pick<Dataset, 'folder' | 'photos'>
): Fold[] {
  const lines = text.trimEnd().split(/\r?\n/).map((line) => line.split('\t').map((field) => field.trim()))
  const [first = []] = lines
  const [folds, pairs] = first.map(Number)
  if (first.length !== 2 || !first.every(isNumber) || !folds || !pairs) {
    throw new CommandError(
      `${file} line 1: expected the number of folds and of pairs, found ${JSON.stringify(first.join(' '))}`
    )
  }
  if (folds < 2) throw new CommandError(`${file} line 1: one fold alone leaves none to choose the threshold on`)
  const promised = folds * pairs * 2
  if (lines.length - 1 !== promised) {
    throw new CommandError(`${file}: line 1 promises ${promised} pairs, it has ${lines.length - 1}`)
  }

  const indexOf = new Map(photos.map(({ person, name }, i) => [`${person}/${name}`, i]))
  function photo (line: number, name: string, number: string): number {
    const wanted = `${name}/${name}_${number.padStart(4, '0')}`
    const index = indexOf.get(wanted)
    if (index === undefined) throw new CommandError(`${file} line ${line + 1}: ${wanted} is not in ${folder}`)
    return index
  }
  function pair (line: number, kind: keyof Fold): Pair {
    const fields = lines[line]!
    const [name = '', number = '', ...rest] = fields
    const [otherName, otherNumber = ''] = kind === 'genuine' ? [name, ...rest] : rest
    const isComplete = fields.length === (kind === 'genuine' ? 3 : 4) && name !== '' && isNumber(number) && otherName &&
      isNumber(otherNumber)
    if (!isComplete) {
      throw new CommandError(
      `${file} line ${line + 1}: expected ${FORMS[kind]}, found ${JSON.stringify(fields.join(' '))}`
      )
    }
    if (kind === 'impostor' && name === otherName) {
      throw new CommandError(`${file} line ${line + 1}: expected two people, found ${name} twice`)
    }
    return [photo(line, name, number), photo(line, otherName, otherNumber)]
  }
  const block = (from: number, kind: keyof Fold): Pair[] =>
    Array.from({ length: pairs }, (_, i) => pair(from + i, kind))
  return Array.from({ length: folds }, (_, fold) => {
    const from = 1 + fold * pairs * 2
    return { genuine: block(from, 'genuine'), impostor: block(from + pairs, 'impostor') }
  })
}

/** The pairs that are used, or why a file that lay there is not. */
export interface FoundPairs {
  file: string
  folds?: Fold[]
  notice?: string
}

/**
 * The pairs in `named`; or if it is undefined those in `pairs.txt` in the dataset's folder or beside it, null
 * without one. Throws {@link CommandError} for a named file that is missing or wrong; one that only lies
 * there may belong to other photos.
 */
export async function findPairs (named: string | undefined, dataset: Dataset): Promise<FoundPairs | null> {
  const file = named ??
    [join(dataset.folder, 'pairs.txt'), join(dataset.folder, '..', 'pairs.txt')].find((path) => existsSync(path))
  if (file === undefined) return null
  const text = await readFile(file, 'utf8').catch((err: NodeJS.ErrnoException) => {
    throw new CommandError(`${file}: cannot be read (${err.code})`)
  })
  try {
    return { file, folds: parsePairs(text, file, dataset) }
  } catch (err) {
    if (named !== undefined || !(err instanceof CommandError)) throw err
    return { file, notice: err.message }
  }
}
