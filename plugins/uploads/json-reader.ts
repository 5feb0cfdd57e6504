import { randomUUID } from 'node:crypto'
import { FaceError, type ErrorCode } from '../../src/errors.ts'
import { createByteCollector, type ByteCollector } from './byte-collector.ts'
import { createPhotoTextDecoder, type PhotoTextDecoder } from './photo-text.ts'
import type { Upload } from './upload-budget.ts'

/** Reads a JSON body as it arrives. Its long strings are taken for photos and decoded at once, never held as text. */
export interface JsonReader {
  /** Throws `INVALID_REQUEST`, or `PAYLOAD_TOO_LARGE` when too much stands beside the photos. */
  push (chunk: Buffer): void
  /** The body, with a text of ours in place of each long string. Throws what the parser throws. */
  end (): unknown
  /** The photo that such a text stands for; undefined for any other value. Throws what is wrong with it. */
  photo (value: unknown): ByteCollector | undefined
}

export interface JsonReaderOptions {
  /** Parses the rest of the body. */
  parse: (text: string) => unknown
  photoBytesMax: number
  /** Bytes of text beside the photos. */
  textBytesMax: number
  /** What the memory is charged to. */
  upload: Pick<Upload, 'hold' | 'signal'>
}

interface LongString {
  bytes: ByteCollector
  decoder: PhotoTextDecoder
  /** Why it is no photo, which matters only if it should be one. */
  err?: FaceError
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const LETTER_U = 0x75
/** Raw in a string they are no JSON, though blanks to base64. */
const LINE_BREAKS = [0x0a, 0x0d, 0x09]
/** Shorter strings stay what they are. */
const LONG_BYTES = 4 * 1024
/** Nobody can know what stands for a long string; no user id has spaces. */
const STAND_IN = `long string ${randomUUID()} `

const CLOSING_QUOTE = Buffer.from('"')
/** What a string may turn out to be. */
const NO_PHOTO: readonly ErrorCode[] = ['INVALID_REQUEST', 'PAYLOAD_TOO_LARGE']

const invalidJson = (): FaceError => new FaceError('INVALID_REQUEST')

/** Where the string that continues at `from` ends: at its quote, before an incomplete escape, or with the chunk. */
function findStringEnd (chunk: Buffer, from: number): { end: number, isClosed: boolean, isEscaped: boolean } {
  let quote = chunk.indexOf(QUOTE, from)
  let escape = chunk.indexOf(BACKSLASH, from)
  let isEscaped = false
  while (escape !== -1 && (quote === -1 || escape < quote)) {
    const next = escape + (chunk[escape + 1] === LETTER_U ? 6 : 2)
    if (next > chunk.length) return { end: escape, isClosed: false, isEscaped }
    isEscaped = true
    if (quote !== -1 && quote < next) quote = chunk.indexOf(QUOTE, next)
    escape = chunk.indexOf(BACKSLASH, next)
  }
  return { end: quote === -1 ? chunk.length : quote, isClosed: quote !== -1, isEscaped }
}

/** The text of a part of a string without an escape that is cut in two. */
function textOf (part: Buffer, isEscaped: boolean): string {
  const text = part.toString('latin1')
  if (!isEscaped) {
    if (LINE_BREAKS.some((byte) => part.includes(byte))) throw invalidJson()
    return text
  }
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    throw invalidJson()
  }
}

/** Makes a reader for one body. */
export function createJsonReader ({ parse, photoBytesMax, textBytesMax, upload }: JsonReaderOptions): JsonReader {
  const text = createByteCollector(upload)
  const longStrings: LongString[] = []
  /** An escape whose end has not arrived. */
  let cut: Buffer | null = null
  let isInString = false
  /** The present string as far as it has arrived, until it is long. */
  let short: Buffer[] = []
  let shortBytes = 0
  let long: LongString | null = null

  function keep (part: Buffer): void {
    if (text.byteLength() + part.length > textBytesMax) throw new FaceError('PAYLOAD_TOO_LARGE')
    text.add(part)
  }

  /** Decodes another part, or the end; that it is no photo is kept for {@link JsonReader.photo}. */
  function decode (string: LongString, step: (decoder: PhotoTextDecoder) => void): void {
    if (string.err) return
    try {
      step(string.decoder)
    } catch (err) {
      if (!(err instanceof FaceError) || !NO_PHOTO.includes(err.code)) throw err
      string.err = err
    }
  }

  function openLong (): LongString {
    const bytes = createByteCollector(upload)
    const opened: LongString = { bytes, decoder: createPhotoTextDecoder(photoBytesMax, bytes.add) }
    longStrings.push(opened)
    return opened
  }

  function addToString (part: Buffer, isEscaped: boolean): void {
    const partText = long || shortBytes + part.length > LONG_BYTES ? textOf(part, isEscaped) : null
    if (partText === null) {
      short.push(Buffer.from(part))
      shortBytes += part.length
      return
    }
    if (!long) {
      const before = textOf(Buffer.concat(short), true)
      long = openLong()
      decode(long, (decoder) => decoder.push(before))
    }
    decode(long, (decoder) => decoder.push(partText))
  }

  function closeString (): void {
    if (long) {
      decode(long, (decoder) => decoder.end())
      keep(Buffer.from(STAND_IN + (longStrings.length - 1)))
    } else {
      for (const part of short) keep(part)
    }
    long = null
    short = []
    shortBytes = 0
    isInString = false
  }

  function push (arrived: Buffer): void {
    const chunk = cut ? Buffer.concat([cut, arrived]) : arrived
    cut = null
    for (let at = 0; at < chunk.length;) {
      if (!isInString) {
        const quote = chunk.indexOf(QUOTE, at)
        const end = quote === -1 ? chunk.length : quote + 1
        keep(chunk.subarray(at, end))
        isInString = quote !== -1
        at = end
        continue
      }
      const { end, isClosed, isEscaped } = findStringEnd(chunk, at)
      addToString(chunk.subarray(at, end), isEscaped)
      at = end
      if (isClosed) {
        closeString()
        keep(CLOSING_QUOTE)
        at++
      } else if (end < chunk.length) {
        cut = Buffer.from(chunk.subarray(end))
        return
      }
    }
  }

  return {
    push,
    end () {
      if (isInString) throw invalidJson()
      return parse(Buffer.from(text.take()).toString('utf8'))
    },
    photo (value) {
      if (typeof value !== 'string' || !value.startsWith(STAND_IN)) return undefined
      const string = longStrings[Number(value.slice(STAND_IN.length))]
      if (string?.err) throw string.err
      return string?.bytes
    }
  }
}
