/** A file that is not as it was written, or not its user's. The message says why and quotes nothing of the content. */
export class DamagedRecordError extends Error {
  override name = 'DamagedRecordError'
}

/** An intact file, apparently of a newer server, that is not understood: leave it where it is. Message as above. */
export class UnsupportedRecordError extends Error {
  override name = 'UnsupportedRecordError'
}

/** A file that is intact and encrypted with a key that this process does not have: leave it where it is. */
export class UnknownKeyError extends Error {
  readonly keyId: string

  constructor (keyId: string) {
    super(`encrypted with key ${keyId}, which FACE_DATA_KEY does not have`)
    this.name = 'UnknownKeyError'
    this.keyId = keyId
  }
}

/** The state of what could not be decoded for this error; throws on any other one. */
export function notValid (err: unknown): { state: 'damaged' | 'unsupported', reason: string } {
  if (err instanceof DamagedRecordError) return { state: 'damaged', reason: err.message }
  if (err instanceof UnsupportedRecordError) return { state: 'unsupported', reason: err.message }
  throw err
}
