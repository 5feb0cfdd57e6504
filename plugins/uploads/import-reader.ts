import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import { FaceError } from '../../src/errors.ts'
import type { ImportRow } from '../../src/users/import/import-people.ts'
import { listedRows } from '../../src/users/import/listed-rows.ts'
import { fieldsOf, LIST_BYTES_MAX, PEOPLE_MAX, personOf, tooMany } from '../../src/users/import/people-list.ts'
import type { Spool } from '../../src/users/import/spool.ts'
import { zipRows } from '../../src/users/import/zip-people.ts'
import { createPhotoTextDecoder } from './photo-text.ts'

export interface ImportUpload {
  headers: IncomingHttpHeaders
  mediaType: string
  spool: Spool
  bytesMax: number
  photoBytesMax: number
}

/** A client that sends nothing for so long is given up. */
const STALL_MS = 30_000
/** What a line of NDJSON may hold beside its photo. */
const LINE_EXTRA_BYTES = 64 * 1024
const NEWLINE = 0x0a

/** A part of the spool; `err` is what is wrong with what should be there. */
interface Place { at: number, length: number, err?: FaceError }

const tooLarge = (): FaceError => new FaceError('PAYLOAD_TOO_LARGE')

/** The body as it arrives. Throws when it stops arriving, or is too much. */
async function * chunksOf (body: IncomingMessage, bytesMax: number): AsyncGenerator<Buffer> {
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
  let received = 0
  for (;;) {
    const waiting = new AbortController()
    try {
      const stalled = delay(STALL_MS, null, { signal: waiting.signal })
      stalled.catch(() => {}) // Aborted below.
      const next = await Promise.race([chunks.next(), stalled])
      if (!next) throw new FaceError('REQUEST_TIMEOUT')
      if (next.done) return
      received += next.value.length
      if (received > bytesMax) throw tooLarge()
      yield next.value
    } catch (err) {
      throw err instanceof FaceError ? err : new FaceError('CLIENT_GONE', { cause: err })
    } finally {
      waiting.abort()
    }
  }
}

/** Lines of NDJSON, each with its photo as base64. */
async function readLines (chunks: AsyncIterable<Buffer>, { spool, photoBytesMax }: ImportUpload): Promise<ImportRow[]> {
  const lineBytesMax = Math.ceil(photoBytesMax * 4 / 3) + LINE_EXTRA_BYTES
  const lines: Place[] = []
  let line: Place = { at: 0, length: 0 }

  function endLine (): void {
    if (line.length > lineBytesMax) line.err = tooLarge()
    if (line.length > 1) lines.push(line)
    if (lines.length > PEOPLE_MAX) throw tooMany()
  }

  for await (const chunk of chunks) {
    const at = spool.byteLength()
    await spool.append(chunk)
    for (let from = 0; from < chunk.length;) {
      const end = chunk.indexOf(NEWLINE, from)
      line.length += (end === -1 ? chunk.length : end) - from
      if (end === -1) break
      endLine()
      from = end + 1
      line = { at: at + from, length: 0 }
    }
  }
  endLine()
  if (lines.length === 0) throw new FaceError('INVALID_REQUEST', { message: 'The list of people is empty' })
  return lines.map(({ at, length, err }, i) => ({
    row: i + 1,
    byteLength: err ? 0 : 2 * length,
    async read () {
      if (err) throw err
      const { photo, ...fields } = fieldsOf((await spool.read(at, length)).toString('utf8'))
      return { ...personOf(fields), photo: photo === undefined || photo === null ? null : decode(photo, photoBytesMax) }
    }
  }))
}

function decode (photo: unknown, photoBytesMax: number): ArrayBuffer {
  if (typeof photo !== 'string') throw new FaceError('INVALID_REQUEST', { message: 'photo: must be base64' })
  const parts: Uint8Array[] = []
  const decoder = createPhotoTextDecoder(photoBytesMax, (part) => { parts.push(Uint8Array.from(part)) })
  decoder.push(photo)
  decoder.end()
  return new Uint8Array(Buffer.concat(parts)).buffer
}

/** A list in the part `people`, and files, whose names are those in the list. */
async function readForm (
  chunks: AsyncIterable<Buffer>, { headers, spool, photoBytesMax }: ImportUpload
): Promise<ImportRow[]> {
  const unreadable = (cause?: unknown): FaceError =>
    new FaceError('INVALID_REQUEST', { message: 'The form cannot be read: send people and files', cause })
  const photos = new Map<string, Place>()
  let list: Place | undefined
  let failure: FaceError | undefined
  const fail = (err: FaceError): void => { failure ??= err }

  async function keep (file: Readable, bytesMax: number): Promise<Place> {
    const place: Place = { at: spool.byteLength(), length: 0 }
    for await (const part of file as AsyncIterable<Buffer>) {
      place.length += part.length
      if (place.length > bytesMax) place.err = tooLarge()
      if (!place.err) await spool.append(part)
    }
    return place
  }

  function openParser (): InstanceType<typeof Busboy> {
    try {
      return new Busboy({
        headers: headers as BusboyHeaders,
        limits: {
          files: PEOPLE_MAX + 1, fields: 10, parts: PEOPLE_MAX + 11, fieldSize: LIST_BYTES_MAX, headerPairs: 100
        }
      })
    } catch (err) {
      throw unreadable(err)
    }
  }

  const parser = openParser()
  /** Files are kept one after the other: the parser waits. */
  let keeping = Promise.resolve()
  parser.on('file', (name, file, fileName) => {
    file.on('error', (err) => fail(unreadable(err)))
    keeping = keeping.then(async () => {
      const isList = name === 'people'
      const place = await keep(file, isList ? LIST_BYTES_MAX : photoBytesMax)
      if (isList) list = place
      else photos.set(fileName ?? name, place)
    }).catch((err: unknown) => {
      fail(err instanceof FaceError ? err : unreadable(err))
      file.resume()
    })
  })
  parser.on('field', (name, value, _nameTruncated, isTruncated) => {
    if (name !== 'people') return
    keeping = keeping.then(async () => {
      list = { at: spool.byteLength(), length: Buffer.byteLength(value) }
      if (isTruncated) list.err = tooLarge()
      await spool.append(Buffer.from(value))
    }).catch((err: unknown) => fail(err as FaceError))
  })
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) parser.on(limit, () => fail(tooMany()))
  parser.on('error', (err) => fail(unreadable(err)))
  const parsed = finished(parser).catch((err: unknown) => fail(unreadable(err)))
  for await (const chunk of chunks) {
    if (failure) throw failure
    if (!parser.write(chunk)) await Promise.race([once(parser, 'drain'), parsed])
  }
  parser.end()
  await parsed
  await keeping
  if (failure) throw failure
  if (!list) throw new FaceError('INVALID_REQUEST', { message: 'people: missing, send the list of people' })
  if (list.err) throw list.err

  return listedRows(await spool.read(list.at, list.length), (name) => {
    const place = photos.get(name)
    return place && {
      byteLength: place.err ? 0 : place.length,
      async read () {
        if (place.err) throw place.err
        return new Uint8Array(await spool.read(place.at, place.length)).buffer
      }
    }
  })
}

/**
 * Puts an upload of people and photos aside on the disk, and gives its people, who are read one by one. Throws
 * `UNSUPPORTED_MEDIA_TYPE`, `INVALID_REQUEST` and `PAYLOAD_TOO_LARGE` for what is wrong with all of it.
 */
export async function readImport (body: IncomingMessage, upload: ImportUpload): Promise<ImportRow[]> {
  const chunks = chunksOf(body, upload.bytesMax)
  try {
    if (upload.mediaType === 'application/x-ndjson') return await readLines(chunks, upload)
    if (upload.mediaType === 'multipart/form-data') return await readForm(chunks, upload)
    for await (const chunk of chunks) await upload.spool.append(chunk)
  } catch (err) {
    // What has not arrived is not wanted.
    if (!body.complete) body.pause()
    throw err
  }
  return await zipRows(upload.spool, upload.photoBytesMax)
}
