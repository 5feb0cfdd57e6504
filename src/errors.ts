/** Every coded error once: HTTP status and the default message, which tells the kiosk operator what to do. */
export const ERRORS = {
  INVALID_REQUEST: [400, 'The request is not understood: check its fields against /docs'],
  UNAUTHORIZED: [401, 'This needs a valid key: ask the administrator for one'],
  FORBIDDEN: [403, 'This key is not for that: ask the administrator for another one'],
  NOT_FOUND: [404, 'No such address: see /docs for the endpoints'],
  GROUP_NOT_ALLOWED: [403, 'The key does not allow this group: ask for another one, or for none'],
  KEY_NOT_FOUND: [404, 'There is no such key, or it was revoked'],
  SESSION_NOT_FOUND: [404, 'There is no such session, or it has ended'],
  GROUP_NOT_FOUND: [404, 'Nobody is in this group: check its name'],
  USER_NOT_FOUND: [404, 'This user has no registered face'],
  ENCODING_NOT_FOUND: [404, 'This user has no such encoding: list the encodings again'],
  RECOGNITION_NOT_FOUND: [404, 'This user was not recognised under this id in the last ten minutes: send the photo'],
  REJECTION_NOT_FOUND: [404, 'This user has no such rejection: list the rejections again'],
  EVENT_NOT_FOUND: [404, 'There is no such event'],
  REQUEST_TIMEOUT: [408, 'The request did not arrive in time: check the network and send it again'],
  EVENT_REPLACED: [409, 'This event was corrected before: correct the one that took its place'],
  FACE_ALREADY_REGISTERED: [409, 'This face is already registered for another user: check the user id'],
  FACE_MISMATCH: [
    409, 'The face does not resemble the one registered for this user: check the user id, or send replace=true'
  ],
  REQUEST_IN_PROGRESS: [409, 'This request was sent before and is still in work: try again in a moment'],
  LAST_ENCODING: [409, 'This is the user\'s only encoding: register another photo first, or delete the user'],
  TOO_MANY_REJECTIONS: [
    409, 'This user has as many rejections as there may be: remove one, or register the user again with better photos'
  ],
  USER_CHANGED: [412, 'The user was changed meanwhile: read the user again and repeat the change'],
  PAYLOAD_TOO_LARGE: [413, 'The photo is too large: send a smaller one'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Send JSON, multipart/form-data or an image/* body'],
  UNSUPPORTED_IMAGE: [415, 'Not a supported image: send JPEG, PNG, WebP, AVIF or GIF'],
  EVENT_TIME_REFUSED: [422, 'The time is too long ago: an administrator can enter the event'],
  IMAGE_UNREADABLE: [422, 'The image is damaged or incomplete: take the photo again'],
  IMAGE_TOO_LARGE: [422, 'The image has too many pixels: send a smaller one'],
  IMAGE_TOO_SMALL: [422, 'The image is too small: send at least 40 × 40 pixels'],
  NO_FACE: [422, 'No face detected in image'],
  MULTIPLE_FACES: [422, 'Multiple faces detected in image: only one person may be in the photo'],
  LOW_QUALITY: [422, 'The photo is not good enough'],
  IDEMPOTENCY_KEY_REUSED: [422, 'Another request was sent with this Idempotency-Key: send a new one'],
  RATE_LIMITED: [429, 'Too many requests: wait a moment'],
  CLIENT_GONE: [499, 'The connection was closed before it was the photo\'s turn'],
  INTERNAL_ERROR: [500, 'Internal server error'],
  OVERLOADED: [503, 'The server is busy: try again in a moment'],
  SHUTTING_DOWN: [503, 'The server is restarting: try again in a moment'],
  PROVIDER_UNAVAILABLE: [503, 'The identity provider does not answer: try again later'],
  STORE_UNAVAILABLE: [503, 'The face data cannot be read or written now: try again later'],
  INFERENCE_FAILED: [503, 'The photo could not be processed: take another one'],
  INFERENCE_TIMEOUT: [504, 'The photo took too long to process: try again'],
  STORE_FULL: [507, 'The disk for the face data is full: tell the administrator']
} as const satisfies Record<string, readonly [status: number, message: string]>

export type ErrorCode = keyof typeof ERRORS

/** What a {@link FaceError} may carry beside its code. */
export interface FaceErrorOptions {
  /** Replaces the catalogue's message; never contains a photo, an encoding or a key. */
  message?: string
  /** Further public fields of the answer. */
  details?: Record<string, unknown>
  /** When the client may try again. */
  retryAfterSeconds?: number
  cause?: unknown
}

/** An expected failure. Its code and message are shown to the client, its cause only to the log. */
export class FaceError extends Error {
  readonly code: ErrorCode
  readonly retryAfterSeconds: number
  /** Private, so that a log that takes the error does not take them too: they may name a user. */
  readonly #details: Record<string, unknown>

  constructor (
    code: ErrorCode,
    { message = ERRORS[code][1], details = {}, retryAfterSeconds = 1, cause }: FaceErrorOptions = {}
  ) {
    super(message, { cause })
    this.name = 'FaceError'
    this.code = code
    this.#details = details
    this.retryAfterSeconds = retryAfterSeconds
  }

  get details (): Record<string, unknown> {
    return this.#details
  }

  get statusCode (): number {
    return ERRORS[this.code][0]
  }
}
