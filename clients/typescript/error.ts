import type { ErrorCode } from './operations.ts'

/** The server refused the request: `message` is for the person at the kiosk, `code` for the program. */
export class FaceServerError extends Error {
  override name = 'FaceServerError'
  /** `UNEXPECTED_REPLY` if the answer is not the server's, but a proxy's. */
  readonly code: ErrorCode | 'UNEXPECTED_REPLY'
  readonly status: number
  /** By which the operator finds the request in the server's log. */
  readonly requestId: string | null
  /** When the server may be asked again; null if that makes no sense. */
  readonly retryAfterSeconds: number | null
  /** All fields of the reply: some errors say more than their message. */
  readonly reply: Readonly<Record<string, unknown>>

  constructor (
    reply: Record<string, unknown>,
    about: { status: number, requestId: string | null, retryAfterSeconds: number | null }
  ) {
    super(typeof reply['message'] === 'string' ? reply['message'] : `The server replied with status ${about.status}`)
    this.code = typeof reply['code'] === 'string' ? reply['code'] as ErrorCode : 'UNEXPECTED_REPLY'
    this.status = about.status
    this.requestId = about.requestId
    this.retryAfterSeconds = about.retryAfterSeconds
    this.reply = reply
  }
}
