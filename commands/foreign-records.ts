import { CATALOGUE } from '../src/networks/catalogue.ts'
import { DLIB_KIND } from '../src/networks/kinds.ts'
import { isUserId, userIdFromText } from '../src/store/user-key.ts'
import type { UserId, UserRecord } from '../src/store/encoding-store.ts'
import { CommandError } from './command-error.ts'
import type { ForeignUser } from './python-encodings.ts'

/** Numbers of an encoding of dlib's network. */
const { length: ENCODING_LENGTH } = CATALOGUE['face-api']

/**
 * The users as records of this server, each with at most `encodingsMax` encodings, the last ones. Several entries of
 * one user are merged. The quality is not known and counts as 0. Throws {@link CommandError} naming the first user
 * whose entry is not valid.
 */
export function foreignRecords (users: readonly ForeignUser[], encodingsMax: number): UserRecord[] {
  const now = new Date().toISOString()
  const records = new Map<string, UserRecord>()
  for (const { userId: id, encodings } of users) {
    const userId = userIdOf(id)
    const vectors = vectorsOf(userId, encodings)
    const record = records.get(String(userId)) ?? { userId, updatedAt: now, encodings: [] }
    const added = vectors.map((vector) => ({ vector, quality: 0, registeredAt: now, ...DLIB_KIND }))
    records.set(String(userId), { ...record, encodings: [...record.encodings, ...added].slice(-encodingsMax) })
  }
  return [...records.values()]
}

function userIdOf (id: unknown): UserId {
  if ((typeof id !== 'string' && !Number.isSafeInteger(id)) || !isUserId(String(id))) {
    throw new CommandError(`${JSON.stringify(id)} cannot be a user id: ` +
      'expected a whole number, or 1 to 64 letters, digits and _ . @ -')
  }
  return typeof id === 'string' ? userIdFromText(id) : id as number
}

function vectorsOf (userId: UserId, encodings: unknown): Float32Array[] {
  const list: unknown = Array.isArray(encodings) && encodings.every((item) => typeof item === 'number')
    ? [encodings]
    : encodings
  if (!Array.isArray(list) || list.length === 0) throw new CommandError(`user ${userId}: no encodings`)
  return list.map((numbers: unknown) => {
    if (
      Array.isArray(numbers) && numbers.length === ENCODING_LENGTH &&
      numbers.every((number) => typeof number === 'number')
    ) {
      const vector = Float32Array.from(numbers as number[])
      if (vector.every((number) => Number.isFinite(number))) return vector
    }
    throw new CommandError(`user ${userId}: an encoding is not ${ENCODING_LENGTH} numbers`)
  })
}
