import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { FaceError, type ErrorCode } from '../../src/errors.ts'
import { createByteCollector, type ByteCollector } from '../uploads/byte-collector.ts'
import { readForm } from '../uploads/form-reader.ts'
import { createJsonReader } from '../uploads/json-reader.ts'
import { createPhotoTextDecoder } from '../uploads/photo-text.ts'
import { readBody } from '../uploads/read-body.ts'
import type { Upload } from '../uploads/upload-budget.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The photo of the request, from whichever body it came in; it can be taken once. Throws `INVALID_REQUEST` when
     * there is none.
     */
    takePhoto (): ArrayBuffer
    /** What {@link takePhoto} gives. */
    photo: ArrayBuffer | null
    /** The bytes are given back through the request's `context`. */
    isPhotoTaken: boolean
  }
}

const UNREAD: readonly ErrorCode[] = ['OVERLOADED', 'REQUEST_TIMEOUT']

/**
 * Accepts photos as JSON (base64), as `multipart/form-data` and as raw `image/*` bodies, each decoded as it arrives and
 * held in memory once. `request.body` has the other fields.
 */
export default fp(async function photoUploadPlugin (fastify) {
  const { MAX_IMAGE_BYTES: photoBytesMax } = fastify.config
  const { bodyLimit: bodyBytesMax = 0 } = fastify.initialConfig
  /** Of a JSON body beside the photo. */
  const textBytesMax = bodyBytesMax - Math.ceil(photoBytesMax * 4 / 3)
  const parseJson = fastify.getDefaultJsonParser('error', 'error')
  fastify.decorateRequest('photo', null)
  fastify.decorateRequest('isPhotoTaken', false)

  function parse (request: FastifyRequest, text: string): unknown {
    let parsed: unknown
    parseJson(request, text, (err, body) => {
      if (err) throw err
      parsed = body
    })
    return parsed
  }

  function decodeText (text: string, upload: Upload): ByteCollector {
    const bytes = createByteCollector(upload)
    const decoder = createPhotoTextDecoder(photoBytesMax, bytes.add)
    decoder.push(text)
    decoder.end()
    return bytes
  }

  /** The bytes that are left of the request are those of its photo. */
  function complete (request: FastifyRequest, upload: Upload, bytes: ByteCollector | undefined): void {
    if (bytes && bytes.byteLength() > 0) request.photo = bytes.take()
    upload.complete(request.photo?.byteLength ?? 0)
  }

  async function readJson (request: FastifyRequest, body: IncomingMessage, upload: Upload): Promise<unknown> {
    const reader = createJsonReader({
      parse: (text) => parse(request, text), photoBytesMax, textBytesMax, upload
    })
    await readBody(body, upload, bodyBytesMax, reader.push)
    const parsed = reader.end()
    const photo = (parsed as { photo?: unknown } | null)?.photo
    const isShort = typeof photo === 'string' && photo !== ''
    complete(request, upload, reader.photo(photo) ?? (isShort ? decodeText(photo, upload) : undefined))
    return parsed
  }

  async function readMultipart (request: FastifyRequest, body: IncomingMessage, upload: Upload): Promise<unknown> {
    const { fields, file } = await readForm(body, {
      headers: request.headers, upload, bodyBytesMax, photoBytesMax
    })
    complete(request, upload, file ?? (fields.photo ? decodeText(fields.photo, upload) : undefined))
    return { ...fields, ...request.photo && { photo: 'read' } }
  }

  async function readImage (request: FastifyRequest, body: IncomingMessage, upload: Upload): Promise<unknown> {
    const bytes = createByteCollector(upload)
    await readBody(body, upload, photoBytesMax, bytes.add)
    complete(request, upload, bytes)
    return {}
  }

  /**
   * Returns the bytes to the budget at once when the body cannot be read. When it failed for want of time or memory,
   * the rest is left unread: it would take more of both.
   */
  const charged = (read: typeof readImage) => async (
    request: FastifyRequest,
    body: IncomingMessage
  ): Promise<unknown> => {
    const { upload } = request
    if (!upload) throw new FaceError('UNSUPPORTED_MEDIA_TYPE')
    try {
      return await read(request, body, upload)
    } catch (err) {
      upload.release()
      if (err instanceof FaceError && UNREAD.includes(err.code)) body.pause()
      throw err
    }
  }

  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('application/json', charged(readJson))
  fastify.addContentTypeParser('multipart/form-data', charged(readMultipart))
  fastify.addContentTypeParser(/^image\//, charged(readImage))

  fastify.decorateRequest('takePhoto', function takePhoto (this: FastifyRequest) {
    const { photo } = this
    if (!photo) throw new FaceError('INVALID_REQUEST', { message: 'photo: missing' })
    this.photo = null
    this.isPhotoTaken = true
    return photo
  })
}, { name: 'photo-upload', dependencies: ['admission'] })
