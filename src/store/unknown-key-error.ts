/** A file that is intact and encrypted with a key that this process does not have: leave it where it is. */
export class UnknownKeyError extends Error {
  readonly keyId: string

  constructor (keyId: string) {
    super(`encrypted with key ${keyId}, which FACE_DATA_KEY does not have`)
    this.name = 'UnknownKeyError'
    this.keyId = keyId
  }
}
