import { FaceError } from '../errors.ts'

/** A data URI's head, such as `data:image/jpeg;base64,`. */
const DATA_URI_HEAD = /^data:[^,]{0,200},/

/** The bytes alone in memory of their own, so that they can be moved to another thread. Copies only if they share it. */
export function ownBytes (bytes: Buffer): ArrayBuffer {
  const { buffer, byteLength } = bytes
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) return buffer
  return new Uint8Array(bytes).buffer
}

function strip (photo: string): string {
  const head = DATA_URI_HEAD.exec(photo.slice(0, 256))?.[0]
  if (head === undefined) return photo
  if (!/;base64,$/i.test(head)) throw new FaceError('INVALID_REQUEST', { message: 'photo: a data URI must be base64' })
  return photo.slice(head.length)
}

/**
 * Decodes a photo sent as text: a base64 data URI or bare base64, line breaks allowed.
 * Throws `INVALID_REQUEST` for anything else and `PAYLOAD_TOO_LARGE` for more than `bytesMax` bytes.
 */
export function decodePhotoText (photo: string, bytesMax: number): ArrayBuffer {
  let text = strip(photo)
  if (/\s/.test(text)) text = text.replace(/\s+/g, '')
  const digits = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length
  const byteLength = Math.floor(digits * 3 / 4)
  if (byteLength > bytesMax) throw new FaceError('PAYLOAD_TOO_LARGE')
  const bytes = Buffer.from(text, 'base64')
  // Node skips what is not base64 instead of refusing it; then the result is shorter than it should be.
  if (digits === 0 || digits % 4 === 1 || bytes.byteLength !== byteLength) {
    throw new FaceError('INVALID_REQUEST', { message: 'photo: not valid base64' })
  }
  return ownBytes(bytes)
}
