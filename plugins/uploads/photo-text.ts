import { FaceError } from '../../src/errors.ts'

/** Decodes a photo that is sent as text: a base64 data URI or bare base64, with the alphabet of URLs too. */
export interface PhotoTextDecoder {
  /**
   * Takes the next piece; line breaks and spaces may stand anywhere. Throws `INVALID_REQUEST` for anything but base64,
   * and `PAYLOAD_TOO_LARGE` when there is too much.
   */
  push (text: string): void
  /** Decodes what is left. Throws as {@link push} does. */
  end (): void
}

/** A data URI's head, such as `data:image/jpeg;base64,`. */
const DATA_URI_HEAD = /^data:[^,]{0,200},/
/** Where the head is looked for. */
const HEAD_MAX = 256
const BLANK = /[ \t\r\n]+/g
/** Digits that are decoded at once: groups of four. */
const PIECE = 64 * 1024
/** Where a piece is decoded to; nothing else runs meanwhile. */
const SCRATCH = Buffer.allocUnsafeSlow(PIECE / 4 * 3)

function strip (photo: string): string {
  const head = DATA_URI_HEAD.exec(photo.slice(0, HEAD_MAX))?.[0]
  if (head === undefined) return photo
  if (!/;base64,$/i.test(head)) throw new FaceError('INVALID_REQUEST', { message: 'photo: a data URI must be base64' })
  return photo.slice(head.length)
}

const notBase64 = (): FaceError => new FaceError('INVALID_REQUEST', { message: 'photo: not valid base64' })

/** Gives each decoded piece to `add`, which must copy it. */
export function createPhotoTextDecoder (bytesMax: number, add: (bytes: Uint8Array) => void): PhotoTextDecoder {
  /** The beginning, until it is long enough to hold the head. */
  let beginning: string | null = ''
  /** What does not make a group of four yet, and the last group, which may be padded. */
  let rest = ''
  let byteLength = 0

  /** Decodes these digits; false if something else is among them. */
  function decode (digits: string): boolean {
    const expected = Math.floor(digits.length * 3 / 4)
    // Node skips what is not base64 instead of refusing it; then the result is shorter than it should be.
    if (SCRATCH.write(digits, 'base64') !== expected) return false
    byteLength += expected
    if (byteLength > bytesMax) throw new FaceError('PAYLOAD_TOO_LARGE')
    add(SCRATCH.subarray(0, expected))
    return true
  }

  function decodeGroups (text: string): boolean {
    const end = Math.max(0, text.length - 4) & ~3
    if (!decode(text.slice(0, end))) return false
    rest = text.slice(end)
    return true
  }

  function pushDigits (text: string): void {
    for (let at = 0; at < text.length;) {
      const end = at + PIECE - rest.length
      const piece = rest + text.slice(at, end)
      at = end
      if (!decodeGroups(piece) && !decodeGroups(piece.replace(BLANK, ''))) throw notBase64()
    }
  }

  return {
    push (text) {
      if (beginning === null) return pushDigits(text)
      beginning += text
      if (beginning.length < HEAD_MAX) return
      const digits = strip(beginning)
      beginning = null
      pushDigits(digits)
    },
    end () {
      if (beginning !== null) pushDigits(strip(beginning))
      const digits = rest.replace(BLANK, '').replace(/={1,2}$/, '')
      if (byteLength + digits.length === 0 || digits.length % 4 === 1 || !decode(digits)) throw notBase64()
    }
  }
}
