import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import { FaceError } from '../../src/errors.ts'
import { createByteCollector, type ByteCollector } from './byte-collector.ts'
import { readBody } from './read-body.ts'
import type { Upload } from './upload-budget.ts'

/** What a form may hold, as text; `photo` is text too if it was sent so. */
export interface Form {
  fields: Partial<Record<'user_id' | 'replace' | 'photo', string>>
  file: ByteCollector | undefined
}

export interface FormOptions {
  headers: IncomingHttpHeaders
  upload: Upload
  bodyBytesMax: number
  photoBytesMax: number
}

const FIELDS = ['user_id', 'replace', 'photo'] as const
/** One photo, its user id, and a few fields of no interest. */
const LIMITS = { files: 1, fields: 10, parts: 11, fieldNameSize: 100, headerPairs: 100 }

const unreadable = (cause?: unknown): FaceError =>
  new FaceError('INVALID_REQUEST', { message: 'The form cannot be read: send one photo and one user_id', cause })

/**
 * Reads a `multipart/form-data` body. Rejects as {@link readBody} does, and with `INVALID_REQUEST` for an invalid form.
 */
export async function readForm (
  body: Readable,
  { headers, upload, bodyBytesMax, photoBytesMax }: FormOptions
): Promise<Form> {
  const form: Form = { fields: {}, file: undefined }
  let failure: FaceError | undefined
  const fail = (err: FaceError): void => { failure ??= err }
  let openFiles = 0

  function openParser (): InstanceType<typeof Busboy> {
    try {
      return new Busboy({
        headers: headers as BusboyHeaders,
        // A photo may also come as base64 text in a field.
        limits: { ...LIMITS, fileSize: photoBytesMax, fieldSize: bodyBytesMax },
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
    const bytes = form.file = createByteCollector(upload)
    stream.on('limit', () => fail(new FaceError('PAYLOAD_TOO_LARGE')))
    stream.on('data', (piece: Buffer) => {
      try {
        if (!failure) bytes.add(piece)
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
