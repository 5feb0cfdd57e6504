import type { AuditStorage } from '../audit/storage.ts'
import { parseLine, type ChainedLine } from '../audit/chain.ts'
import { pseudonymOf } from '../audit/person.ts'
import type { Encoding, EncodingStore } from '../store/encoding-store.ts'
import { chipKeyId, imageOfChip, unsealChip } from '../store/record/chip.ts'
import { recordToFields } from '../store/record/fields.ts'
import type { DataKey } from '../store/record/seal.ts'
import { DAY_MS } from '../store/sightings/sighting-store.ts'
import type { Sightings } from './sightings.ts'

type Fields = Record<string, unknown>

/** Everything that is kept about a person, ready for JSON. */
export interface PersonalData {
  /** The user's record: docs/storage.md. Vectors are lists of numbers, and a kept face is a JPEG in base64. */
  record: Fields
  /** Day of the last recognition, `YYYY-MM-DD` in UTC; null if there was none since sightings are kept. */
  lastSeen: string | null
  /** Lines of the audit log that concern the user. */
  audit: ChainedLine[]
}

interface PersonalDataParts {
  store: Pick<EncodingStore, 'get'>
  sightings: Pick<Sightings, 'lastSeen'>
  audit: Pick<AuditStorage, 'lines'>
  /** Of the encodings. */
  keys: readonly DataKey[]
}

/** The kept face in place of its encrypted bytes; nothing if none was kept, or its key is missing. */
function faceOf (key: string, { sealedChip }: Encoding, keys: readonly DataKey[]): Fields {
  if (!sealedChip || !keys.some(({ id }) => id === chipKeyId(sealedChip))) return {}
  const image = imageOfChip(unsealChip(key, sealedChip, keys))
  return { sealed_chip: undefined, face: Buffer.from(image).toString('base64') }
}

/** Null if the user is not registered. Throws `STORE_UNAVAILABLE` when the storage cannot be read. */
export async function collectPersonalData (
  key: string, { store, sightings, audit, keys }: PersonalDataParts
): Promise<PersonalData | null> {
  const record = await store.get(key)
  if (!record) return null
  const { rejections, ...own } = record
  const { audit_salt: salt, ...fields } = recordToFields(key, own)
  const encodings = (fields['encodings'] as Fields[]).map((encoding, i) => {
    const read = record.encodings[i]
    return read ? { ...encoding, vector: [...read.vector], ...faceOf(key, read, keys) } : encoding
  })
  const day = await sightings.lastSeen(key)
  return {
    record: {
      ...fields,
      encodings,
      // Not their encodings: those are of somebody else.
      ...rejections && { rejections: rejections.map(({ id, rejectedAt }) => ({ id, rejected_at: rejectedAt })) }
    },
    lastSeen: day === null ? null : new Date(day * DAY_MS).toISOString().slice(0, 10),
    audit: typeof salt === 'string' ? await linesAbout(audit, pseudonymOf(key, salt)) : []
  }
}

/** Intents of this person, and their outcomes. */
async function linesAbout (audit: Pick<AuditStorage, 'lines'>, person: string): Promise<ChainedLine[]> {
  const found: ChainedLine[] = []
  const intents = new Set<unknown>()
  for await (const bytes of audit.lines()) {
    const isOutcome = bytes.includes('"type":"outcome"')
    // Most lines are somebody else's, and need not be parsed.
    if (!isOutcome && !bytes.includes(person)) continue
    const line = parseLine(bytes)
    if (!line) continue
    if (line.type === 'intent') intents.add(line['id'])
    else if (!isOutcome || !intents.has(line['id'])) continue
    found.push(line)
  }
  return found
}
