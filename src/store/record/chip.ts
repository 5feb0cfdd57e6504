import { CHIP_IMAGE_AT } from '../../../workers/protocol.ts'
import { seal, sealedWith, unseal, type DataKey } from './seal.ts'

/**
 * Encrypts a face chip, as workers/protocol.ts describes it, for its user. It is encrypted within the encrypted record,
 * so that it leaves the server in no export that is not.
 */
export const sealChip = (userKey: string, chip: Uint8Array, key: DataKey): Uint8Array => seal(userKey, chip, key)

/** The id of the key that a sealed chip needs. Throws as the codec of records. */
export const chipKeyId = (sealed: Uint8Array): string => sealedWith(Buffer.from(sealed))

/**
 * The inverse of {@link sealChip}. Throws `UnknownKeyError` if its key is missing, and `DamagedRecordError` for another
 * user's.
 */
export function unsealChip (userKey: string, sealed: Uint8Array, keys: readonly DataKey[]): Uint8Array {
  return unseal(userKey, Buffer.from(sealed), keys).content
}

/** The picture in a chip, a JPEG. */
export const imageOfChip = (chip: Uint8Array): Uint8Array => chip.subarray(CHIP_IMAGE_AT)
