import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import { FaceError } from '../../src/errors.ts'
import { createByteCollector, type ByteCollector } from './byte-collector.ts'
import { readBody } from './read-body.ts'
import type { Upload } from './upload-budget.ts'

const FIELDS = ['user_id', 'replace', 'consent_id', 'event_id', 'at', 'direction', 'photo'] as const

/** What a form may hold, as text; `photo` is text too if it was sent so. */
export interface Form {
  fields: Partial<Record<typeof FIELDS[number], string>>
  /** The photos in their order, each with what is wrong with it, if anything. */
  files: Array<{ bytes: ByteCollector, err?: FaceError }>
}

export interface FormOptions {
  headers: IncomingHttpHeaders
  upload: Upload
  bodyBytesMax: number
  photoBytesMax: number
  /** One that is too large makes the form unreadable if it may hold only one. */
  photosMax: number
}

/** Beside the photos: the user id, and a few of no interest. */
const FIELDS_MAX = 10
const LIMITS = { fields: FIELDS_MAX, fieldNameSize: 100, headerPairs: 100 }

/**
 * Reads a `multipart/form-data` body. Rejects as {@link readBody} does, and with `INVALID_REQUEST` for an invalid form.
 */
export async function readForm (
  body: Readable,
  { headers, upload, bodyBytesMax, photoBytesMax, photosMax }: FormOptions
): Promise<Form> {
  const form: Form = { fields: {}, files: [] }
  let failure: FaceError | undefined
  const fail = (err: FaceError): void => { failure ??= err }
  let openFiles = 0

  function unreadable (cause?: unknown): FaceError {
    const photos = photosMax === 1 ? 'one photo' : `at most ${photosMax} photos`
    const message = `The form cannot be read: send ${photos} and one user_id`
    return new FaceError('INVALID_REQUEST', { message, cause })
  }

  function openParser (): InstanceType<typeof Busboy> {
    try {
      return new Busboy({
        headers: headers as BusboyHeaders,
        // A photo may also come as base64 text in a field.
        limits: {
          ...LIMITS, files: photosMax, parts: photosMax + FIELDS_MAX, fileSize: photoBytesMax, fieldSize: bodyBytesMax
        },
        // The parser stops for good at more of a part that it skips: one that is no form-data, or one too many. Nothing
        // gathers there, as every part is read as it arrives.
        fileHwm: bodyBytesMax + 1
      })
    } catch (err) {
      throw unreadable(err)
    }
  }

  const parser = openParser()
  parser.on('file', (name, stream) => {
    openFiles++
    stream.on('error', (err) => fail(unreadable(err))).on('close', () => { openFiles-- })
    if (name !== 'photo') {
      stream.resume()
      return
    }
    const bytes = createByteCollector(upload)
    const file: Form['files'][number] = { bytes }
    form.files.push(file)
    stream.on('limit', () => {
      file.err = new FaceError('PAYLOAD_TOO_LARGE')
      bytes.clear()
      if (photosMax === 1) fail(file.err)
    })
    stream.on('data', (piece: Buffer) => {
      try {
        if (!failure && !file.err) bytes.add(piece)
      } catch (err) {
        fail(err as FaceError)
      }
    })
  })
  parser.on('field', (name, value) => {
    const known = FIELDS.find((field) => field === name)
    if (known) form.fields[known] = value
  })
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) parser.on(limit, () => fail(unreadable()))
  parser.on('error', (err) => fail(unreadable(err)))
  const parsed = finished(parser, { signal: upload.signal }).catch((err: unknown) => {
    fail(upload.signal.aborted ? upload.signal.reason as FaceError : unreadable(err))
  })

  await readBody(body, upload, bodyBytesMax, (chunk) => {
    if (failure) throw failure
    // The text of a field is in the parser's hands.
    if (openFiles === 0) upload.hold(chunk.length)
    if (!parser.write(chunk)) {
      body.pause()
      parser.once('drain', () => { if (!upload.signal.aborted) body.resume() })
    }
  })
  parser.end()
  await parsed
  if (failure) throw failure
  return form
}
