import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { errorCode, reasonOf } from '../src/system-error.ts'
import { CommandError } from './command-error.ts'

const COLUMNS = ['photo', 'user_id', 'outcome', 'quality', 'code', 'message'] as const

/** What became of one photo. */
export interface Outcome {
  photo: string
  userId: string
  /** 0..1; null for a photo that was refused. */
  quality: number | null
  /** Why it was refused; null for a photo that was registered. */
  refusal: { code: string, message: string } | null
}

/** A CSV file with a line for each photo. */
export interface EnrollReport {
  /** Photos that are registered already. */
  readonly registered: ReadonlySet<string>
  /** Adds a line; what was added survives the end of the process. */
  add (outcome: Outcome): Promise<void>
}

/**
 * Starts the report, or goes on with the one that is there: its lines of registered photos stay, as those are done; the
 * others go, as those photos are looked at again. Throws {@link CommandError} for a file that is no such report.
 */
export async function openReport (path: string): Promise<EnrollReport> {
  const rows = (await readRows(path)).filter((row) => row['outcome'] === 'registered')
  await writeFile(path, stringify(rows, { header: true, columns: [...COLUMNS] }))
  return {
    registered: new Set(rows.map((row) => row['photo'] ?? '')),
    add: ({ photo, userId, quality, refusal }) => appendFile(path, stringify([
      [photo, userId, refusal ? 'refused' : 'registered', quality, refusal?.code, refusal?.message]
    ]))
  }
}

async function readRows (path: string): Promise<Array<Record<string, string>>> {
  let text
  try {
    text = await readFile(path, 'utf8')
  } catch (err) {
    if (errorCode(err) === 'ENOENT') return []
    throw err
  }
  // A call that was killed may have left half a line.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  let rows: Array<Record<string, string>>
  try {
    rows = parse(whole, { columns: true })
  } catch (err) {
    throw new CommandError(`${path} is not a report of enroll (${reasonOf(err)}): move it away or name another one`)
  }
  if (!whole.startsWith(COLUMNS.join())) {
    throw new CommandError(`${path} is not a report of enroll: move it away or name another one`)
  }
  return rows
}
