import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { FaceError } from '../../src/errors.ts'
import { decodePhotoText, ownBytes } from '../../src/recognition/photo-bytes.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The photo of the request, from whichever body it came in. Throws `INVALID_REQUEST` when there is none. */
    photoBytes (): ArrayBuffer
  }
}

interface PhotoForm {
  photo?: Buffer | string
  user_id?: string
  replace?: string
}

/** Reads a form into the shape that a JSON body has, for the same schema and the same handler. */
async function readForm (request: FastifyRequest): Promise<PhotoForm> {
  const form: PhotoForm = {}
  try {
    for await (const part of request.parts()) {
      if (part.fieldname === 'photo') form.photo = part.type === 'file' ? await part.toBuffer() : String(part.value)
      else if (part.type === 'file') part.file.resume()
      else if (part.fieldname === 'user_id' || part.fieldname === 'replace') form[part.fieldname] = String(part.value)
    }
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'FST_REQ_FILE_TOO_LARGE') throw err
    throw new FaceError('INVALID_REQUEST', { message: 'The form cannot be read: send one photo and one user_id', cause: err })
  }
  return form
}

/** Takes photos as JSON (base64), as `multipart/form-data` and as raw `image/*` bodies. */
export default fp(async function photoUploadPlugin (fastify) {
  const { MAX_IMAGE_BYTES } = fastify.config
  fastify.removeContentTypeParser('text/plain')
  fastify.addContentTypeParser(/^image\//, { parseAs: 'buffer', bodyLimit: MAX_IMAGE_BYTES }, async (_request: FastifyRequest, body: Buffer) => body)

  fastify.addHook('preValidation', async (request) => {
    if (request.isMultipart()) request.body = await readForm(request)
  })

  fastify.decorateRequest('photoBytes', function photoBytes (this: FastifyRequest) {
    const body = this.body as Buffer | PhotoForm | null
    const photo = Buffer.isBuffer(body) ? body : body?.photo
    if (photo === undefined || photo.length === 0) throw new FaceError('INVALID_REQUEST', { message: 'photo: missing' })
    return typeof photo === 'string' ? decodePhotoText(photo, MAX_IMAGE_BYTES) : ownBytes(photo)
  })
}, { name: 'photo-upload', dependencies: ['multipart'] })
