import type { PhotoErrorCode } from '../protocol.ts'

/** The photo, not the server, is at fault. */
export class PhotoError extends Error {
  override name = 'PhotoError'
  readonly code: PhotoErrorCode

  constructor (code: PhotoErrorCode, options?: ErrorOptions) {
    super(code, options)
    this.code = code
  }
}
