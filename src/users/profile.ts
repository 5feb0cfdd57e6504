import { FaceError } from '../errors.ts'
import { METADATA_BYTES_MAX, NAME_CHARACTERS_MAX, type UserRecord } from '../store/encoding-store.ts'

/** What is set of a user by those who look after them, beside the encodings. */
export type UserProfile = Pick<
  UserRecord, 'displayName' | 'metadata' | 'groups' | 'consentId' | 'validFrom' | 'validUntil'
>

/** A profile as a client sends it: null is nothing, times may have any offset. */
export type SentProfile = { [Field in keyof UserProfile]?: UserProfile[Field] | null | undefined }

const refused = (field: string, problem: string): FaceError =>
  new FaceError('INVALID_REQUEST', { message: `${field}: ${problem}` })

function checkName (field: string, name: string): void {
  // Records count UTF-16 code units, schemas count characters.
  if (name.length <= NAME_CHARACTERS_MAX) return
  throw refused(field, `must not have more than ${NAME_CHARACTERS_MAX} characters`)
}

function timeOf (field: string, text: string): string {
  const time = new Date(text)
  // Such as the 30th of February or, in UTC, the year 10000.
  if (!(time.getTime() < Date.UTC(10_000, 0))) throw refused(field, 'there is no such time')
  return time.toISOString()
}

/** The profile as it is stored. Throws `INVALID_REQUEST` for what a record cannot hold. */
export function profileOf (sent: SentProfile): UserProfile {
  const { displayName, metadata, groups, consentId, validFrom, validUntil } = sent
  const profile: UserProfile = {}
  if (displayName) {
    checkName('display_name', displayName)
    profile.displayName = displayName
  }
  if (metadata && Object.keys(metadata).length > 0) {
    if (Buffer.byteLength(JSON.stringify(metadata)) > METADATA_BYTES_MAX) {
      throw refused('metadata', `must not have more than ${METADATA_BYTES_MAX} bytes as JSON`)
    }
    profile.metadata = metadata
  }
  if (groups && groups.length > 0) {
    for (const group of groups) checkName('groups', group)
    profile.groups = groups
  }
  if (consentId) {
    checkName('consent_id', consentId)
    profile.consentId = consentId
  }
  if (validFrom) profile.validFrom = timeOf('valid_from', validFrom)
  if (validUntil) profile.validUntil = timeOf('valid_until', validUntil)
  if (profile.validFrom !== undefined && profile.validUntil !== undefined && profile.validFrom >= profile.validUntil) {
    throw refused('valid_until', 'must be after valid_from')
  }
  return profile
}

/** The profile of the record. */
export function profileIn ({
  displayName, metadata, groups, consentId, validFrom, validUntil
}: UserProfile): UserProfile {
  return {
    ...displayName !== undefined && { displayName },
    ...metadata && { metadata },
    ...groups && { groups },
    ...consentId !== undefined && { consentId },
    ...validFrom !== undefined && { validFrom },
    ...validUntil !== undefined && { validUntil }
  }
}

/** The record with this profile in place of its own. */
export function withProfile (record: UserRecord, profile: UserProfile): UserRecord {
  const { displayName, metadata, groups, consentId, validFrom, validUntil, ...kept } = record
  return { ...kept, ...profile }
}
