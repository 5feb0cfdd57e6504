/** A file that holds no record of its user. The message says why and quotes nothing of the content. */
export class DamagedRecordError extends Error {
  /** A newer server may have written it: leave it where it is. */
  readonly otherVersion: boolean

  constructor (reason: string, { otherVersion = false }: { otherVersion?: boolean } = {}) {
    super(reason)
    this.name = 'DamagedRecordError'
    this.otherVersion = otherVersion
  }
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
