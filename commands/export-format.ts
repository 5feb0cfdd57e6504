import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { UserRecord } from '../src/store/encoding-store.ts'
import type { RecordCodec } from '../src/store/record/codec.ts'
import { fieldsToRecord, recordToFields } from '../src/store/record/fields.ts'
import { reasonOf } from '../src/system-error.ts'
import { assertUserKey } from '../src/store/user-key.ts'
import { CommandError } from './command-error.ts'

const HEADER = { format: 'face-encodings', version: 1 }

type Fields = Record<string, unknown>

/** The users as lines of JSON between a header and a line with their number and the checksum of all lines before it. */
export async function * exportLines (
  records: AsyncIterable<UserRecord>, sealer: RecordCodec | null
): AsyncGenerator<string> {
  const hash = createHash('sha256')
  const line = (fields: Fields): string => {
    const text = `${JSON.stringify(fields)}\n`
    hash.update(text)
    return text
  }
  let users = 0
  yield line(HEADER)
  for await (const record of records) {
    const { userId } = record
    const key = String(userId)
    yield line(sealer
      ? { user_id: userId, sealed: sealer.encode(key, record).bytes.toString('base64') }
      : recordToFields(key, record))
    users++
  }
  yield `${JSON.stringify({ users, sha256: hash.digest('hex') })}\n`
}

/**
 * The users of a file that {@link exportLines} made; both kinds of lines are read. Throws {@link CommandError}, at the
 * latest at the end, if it is not exactly such a file or needs another key. Messages quote nothing of the content.
 */
export async function * readExport (path: string, codec: RecordCodec): AsyncGenerator<UserRecord> {
  const hash = createHash('sha256')
  let [number, users] = [0, 0]
  let last: Fields | undefined
  const fail = (reason: string): never => { throw new CommandError(`${path} line ${number}: ${reason}`) }

  const file = await open(path)
  try {
    for await (const line of file.readLines()) {
      number++
      if (last) fail('the file goes on after its last line')
      const fields = parse(line) ?? fail('not a line of an export')
      if (number === 1) {
        if (fields['format'] !== HEADER.format || fields['version'] !== HEADER.version) {
          fail('not the header of an export of this version')
        }
      } else if ('users' in fields) {
        last = fields
        continue
      } else {
        yield recordOf(fields) ?? fail('not a user')
        users++
      }
      hash.update(`${line}\n`)
    }
  } finally {
    await file.close()
  }
  if (!last) fail('the file ends early')
  if (last?.['users'] !== users || last['sha256'] !== hash.digest('hex')) {
    fail('the checksum is wrong: the file was changed')
  }

  function recordOf (fields: Fields): UserRecord | null {
    const key = String(fields['user_id'])
    try {
      assertUserKey(key)
      return typeof fields['sealed'] === 'string'
        ? codec.decode(key, Buffer.from(fields['sealed'], 'base64')).record
        : fieldsToRecord(key, fields)
    } catch (err) {
      return fail(reasonOf(err))
    }
  }
}

function parse (line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value as Fields : null
  } catch {
    return null
  }
}
