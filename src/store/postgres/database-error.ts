import pg from 'pg'
import { FaceError } from '../../errors.ts'
import { reasonOf } from '../../system-error.ts'

const DISK_FULL = '53100'
/** Serialization failure, deadlock, and two who add the same user at once. */
const CONFLICTS: ReadonlySet<string | undefined> = new Set(['40001', '40P01', '23505'])
/** The function does not exist, or the engine says that it lacks the feature. */
const LACKS: ReadonlySet<string | undefined> = new Set(['42883', '0A000', '42601'])

function sqlState (err: unknown): string | undefined {
  return err instanceof pg.DatabaseError ? err.code : undefined
}

/** Whether the transaction may succeed when it is tried again. */
export function isConflict (err: unknown): boolean {
  return CONFLICTS.has(sqlState(err))
}

/** Whether the database is of a make that cannot do this. */
export function isLack (err: unknown): boolean {
  return LACKS.has(sqlState(err))
}

/** What the client is told of a failed statement or connection; what the database quotes of the row goes nowhere. */
function toDatabaseError (err: unknown): FaceError {
  const state = sqlState(err)
  const cause = new Error(state === undefined ? reasonOf(err) : `${reasonOf(err)} (SQLSTATE ${state})`)
  return new FaceError(state === DISK_FULL ? 'STORE_FULL' : 'STORE_UNAVAILABLE', { cause })
}

/** The error of a start on a database that does not work. */
export function unusableDatabase (name: string, cause: unknown): FaceError {
  const message = `The database ${name} cannot be used (${reasonOf(cause)}): check DATABASE_URL and the database`
  return new FaceError('STORE_UNAVAILABLE', { message, cause })
}

/** Runs database work; its errors become `STORE_FULL` or `STORE_UNAVAILABLE`. */
export async function withDatabaseErrors<T> (work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (err) {
    throw toDatabaseError(err)
  }
}
