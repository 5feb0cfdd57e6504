import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { FaceError, type ErrorCode } from '../../src/errors.ts'
import { createByteCollector, type ByteCollector } from '../uploads/byte-collector.ts'
import { readForm } from '../uploads/form-reader.ts'
import { createJsonReader } from '../uploads/json-reader.ts'
import { createPhotoTextDecoder } from '../uploads/photo-text.ts'
import { readBody } from '../uploads/read-body.ts'
import { JSON_BYTES_MAX } from './admission.ts'
import type { Upload } from '../uploads/upload-budget.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The photo of the request, from whichever body it came in; it can be taken once. Throws `INVALID_REQUEST` when
     * there is none.
     */
    takePhoto (): ArrayBuffer
    /** All photos of the request in their order, in the same way. */
    takePhotos (): SentPhoto[]
    /** What {@link takePhotos} gives. */
    photos: SentPhoto[] | null
    /** The bytes are given back through the request's `context`. */
    isPhotoTaken: boolean
  }
}

/** The bytes of a photo, or what is wrong with it. */
export type SentPhoto = ArrayBuffer | FaceError

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
  fastify.decorateRequest('photos', null)
  fastify.decorateRequest('isPhotoTaken', false)

  const photosMax = ({ routeOptions }: FastifyRequest): number => routeOptions.config.photosMax ?? 1

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

  /** The bytes that are left of the request are those of its photos. An empty photo by itself is none. */
  function complete (
    request: FastifyRequest, upload: Upload, sent: ReadonlyArray<{ bytes: ByteCollector, err?: FaceError }>
  ): void {
    const photos = sent.flatMap(({ bytes, err }): SentPhoto[] => {
      if (err) return [err]
      if (bytes.byteLength() > 0) return [bytes.take()]
      return sent.length > 1 ? [new FaceError('INVALID_REQUEST', { message: 'photo: empty' })] : []
    })
    if (photos.length > 0) request.photos = photos
    upload.complete(photos.reduce((sum, photo) => sum + (photo instanceof FaceError ? 0 : photo.byteLength), 0))
  }

  async function readJson (request: FastifyRequest, body: IncomingMessage, upload: Upload): Promise<unknown> {
    if (request.routeOptions.config.takesJson) {
      const bytes = createByteCollector(upload)
      await readBody(body, upload, JSON_BYTES_MAX, bytes.add)
      const text = Buffer.from(bytes.take()).toString('utf8')
      upload.complete(text.length)
      // Clients that name a type for all of their requests send it without a body, too.
      return text === '' ? undefined : parse(request, text)
    }
    const reader = createJsonReader({
      parse: (text) => parse(request, text), photoBytesMax, textBytesMax, upload
    })
    await readBody(body, upload, bodyBytesMax, reader.push)
    const parsed = reader.end()
    const { photo, photos } = parsed as { photo?: unknown, photos?: unknown } ?? {}
    const texts = photo === undefined && Array.isArray(photos) ? photos.slice(0, photosMax(request)) : [photo]
    complete(request, upload, texts.flatMap((text) => {
      const isShort = typeof text === 'string' && text !== ''
      const bytes = reader.photo(text) ?? (isShort ? decodeText(text, upload) : undefined)
      return bytes ? [{ bytes }] : []
    }))
    return parsed
  }

  async function readMultipart (request: FastifyRequest, body: IncomingMessage, upload: Upload): Promise<unknown> {
    const { fields, files } = await readForm(body, {
      headers: request.headers, upload, bodyBytesMax, photoBytesMax, photosMax: photosMax(request)
    })
    const isText = files.length === 0 && fields.photo
    complete(request, upload, isText ? [{ bytes: decodeText(fields.photo!, upload) }] : files)
    return { ...fields, ...request.photos && { photo: 'read' } }
  }

  async function readImage (request: FastifyRequest, body: IncomingMessage, upload: Upload): Promise<unknown> {
    const bytes = createByteCollector(upload)
    await readBody(body, upload, photoBytesMax, bytes.add)
    complete(request, upload, [{ bytes }])
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
    if (request.routeOptions.config.takesJson && read !== readJson) {
      throw new FaceError('UNSUPPORTED_MEDIA_TYPE', { message: 'Send a JSON body' })
    }
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

  fastify.decorateRequest('takePhotos', function takePhotos (this: FastifyRequest) {
    const { photos } = this
    if (!photos) throw new FaceError('INVALID_REQUEST', { message: 'photo: missing' })
    this.photos = null
    this.isPhotoTaken = true
    return photos
  })
  fastify.decorateRequest('takePhoto', function takePhoto (this: FastifyRequest) {
    const [photo] = this.takePhotos()
    if (photo instanceof FaceError) throw photo
    return photo!
  })
}, { name: 'photo-upload', dependencies: ['admission'] })
