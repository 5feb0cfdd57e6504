import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { FaceError } from '../../src/errors.ts'
import { boxInPixels } from './common-fields.ts'
import {
  BoxSchema, COMPARISON_FIELDS, errorResponses, PHOTO_ERRORS, PhotoFileSchema, PhotoTextSchema
} from './common-schemas.ts'

const PHOTOS = 2

const schema = {
  operationId: 'compare',
  tags: ['faces'],
  summary: 'Do two photos show the same person?',
  description: 'Compares the faces before the camera of two photos, of whomever: nobody needs to be enrolled.',
  body: {
    content: {
      'application/json': {
        schema: Type.Object({ photos: Type.Array(PhotoTextSchema, { minItems: PHOTOS, maxItems: PHOTOS }) })
      },
      'multipart/form-data': { schema: Type.Object({ photo: PhotoFileSchema }, { description: 'Two files' }) }
    }
  },
  response: {
    200: Type.Object({
      success: Type.Literal(true),
      same_person: Type.Boolean(),
      ...COMPARISON_FIELDS,
      boxes: Type.Array(BoxSchema, { minItems: PHOTOS, maxItems: PHOTOS, description: 'In the order of the photos' })
    }),
    ...errorResponses(...PHOTO_ERRORS)
  }
}

/** `POST /compare` */
const compare: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'kiosk', takesPhoto: true, photosMax: PHOTOS } as const
  fastify.post('/compare', { schema, config }, async (request, reply) => {
    const [one, other] = request.takeEachPhoto()
    if (!one || !other) throw new FaceError('INVALID_REQUEST', { message: 'photo: send two' })
    const { isSame, boxes, ...comparison } = await fastify.comparing.compare(one, other)
    reply.outcome = isSame ? 'same' : 'different'
    return { success: true as const, same_person: isSame, ...comparison, boxes: boxes.map(boxInPixels) }
  })
}

export default compare
