import { parse, CsvError } from 'csv-parse/sync'
import { FaceError } from '../../errors.ts'
import { isUserId } from '../../store/user-key.ts'
import { profileOf, type UserProfile } from '../profile.ts'

/** More are refused as a whole, before anybody is imported. */
export const PEOPLE_MAX = 10_000
export const LIST_BYTES_MAX = 8 * 1024 * 1024

/** What a line of a list says of a person, or why that cannot be. */
export interface ListedPerson {
  userId: string
  /** Name of the file, if there is a photo. */
  photo: string | null
  profile: UserProfile
}

type Fields = Readonly<Record<string, unknown>>

const refused = (message: string): FaceError => new FaceError('INVALID_REQUEST', { message })

function textOf (fields: Fields, name: string): string | undefined {
  const value = fields[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw refused(`${name}: must be text`)
  return value
}

/** In CSV the groups of a person are separated by semicolons, and the metadata are JSON. */
function groupsOf ({ groups }: Fields): string[] | undefined {
  if (groups === undefined || groups === null) return undefined
  const names: unknown = typeof groups === 'string'
    ? groups.split(';').map((name) => name.trim()).filter((name) => name !== '')
    : groups
  const isList = Array.isArray(names) && names.every((name) => typeof name === 'string' && name !== '')
  if (!isList) throw refused('groups: must be names')
  return [...new Set(names as string[])]
}

function metadataOf ({ metadata }: Fields): UserProfile['metadata'] {
  if (metadata === undefined || metadata === null || metadata === '') return undefined
  const value = typeof metadata === 'string' ? parseJson(metadata, 'metadata: must be an object of JSON') : metadata
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused('metadata: must be an object')
  return value as Record<string, unknown>
}

function parseJson (text: string, problem: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refused(problem)
  }
}

/** The user id of a line, as text. Throws `INVALID_REQUEST`. */
export function userIdOf ({ user_id: id }: Fields): string {
  const text = typeof id === 'string' || Number.isSafeInteger(id) ? String(id) : ''
  if (!isUserId(text)) throw refused('user_id: a whole number, or 1 to 64 letters, digits and _ . @ -')
  return text
}

/** The person of a line's fields; what they leave out stays as it is. Throws `INVALID_REQUEST`. */
export function personOf (fields: Fields): ListedPerson {
  const profile = profileOf({
    displayName: textOf(fields, 'display_name'),
    groups: groupsOf(fields),
    validFrom: textOf(fields, 'valid_from'),
    validUntil: textOf(fields, 'valid_until'),
    consentId: textOf(fields, 'consent_id'),
    metadata: metadataOf(fields)
  })
  return { userId: userIdOf(fields), photo: textOf(fields, 'photo') ?? null, profile }
}

/** The fields of one line of NDJSON. Throws `INVALID_REQUEST`. */
export function fieldsOf (line: string): Fields {
  const value = parseJson(line, 'The line is not JSON')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused('The line is not an object')
  return value as Fields
}

/** The lines of a list, CSV with a head or NDJSON, each as its fields or what is wrong with it. */
export function readList (list: Buffer): Array<Fields | FaceError> {
  const text = list.toString('utf8').replace(/^\uFEFF/, '')
  const lines = text.trimStart().startsWith('{') ? ndjsonLines(text) : csvLines(text)
  if (lines.length > PEOPLE_MAX) throw tooMany()
  if (lines.length === 0) throw refused('The list of people is empty')
  return lines
}

/** Of more people than may be imported at once. */
export const tooMany = (): FaceError =>
  new FaceError('PAYLOAD_TOO_LARGE', { message: `More than ${PEOPLE_MAX} people: send them in several imports` })

function ndjsonLines (text: string): Array<Fields | FaceError> {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length > PEOPLE_MAX) throw tooMany()
  return lines.map((line) => {
    try {
      return fieldsOf(line)
    } catch (err) {
      return err as FaceError // It throws nothing else.
    }
  })
}

function csvLines (text: string): Fields[] {
  let lines: Fields[]
  try {
    // A spreadsheet of some countries separates by semicolons.
    const delimiter = /^[^\n]*;/.test(text) && !/^[^\n]*,/.test(text) ? ';' : ','
    lines = parse(text, {
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
      delimiter,
      skip_empty_lines: true,
      trim: true,
      to: PEOPLE_MAX + 1
    })
  } catch (err) {
    const line = err instanceof CsvError ? `, line ${String(err['lines'])}` : ''
    throw refused(`The list of people is not CSV with a head, nor lines of JSON${line}`)
  }
  if (lines[0] && !('user_id' in lines[0])) throw refused('The list of people has no column user_id')
  return lines
}
