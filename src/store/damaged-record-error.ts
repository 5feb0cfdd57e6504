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
