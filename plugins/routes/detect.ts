import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { boxInPixels, PHOTOS_MAX } from './common-fields.ts'
import {
  BoxSchema, errorResponses, FACE_LIMIT, FacesMaxSchema, perPhoto, PHOTO_ERRORS, PhotoFileSchema, PhotoTextSchema,
  QualityMeasuresSchema, RAW_PHOTO_CONTENT
} from './common-schemas.ts'

const POINTS = ['left_eye', 'right_eye', 'nose', 'left_mouth', 'right_mouth'] as const

type Points = Record<typeof POINTS[number], number[]>

const PointSchema = Type.Array(Type.Number(), {
  minItems: 2, maxItems: 2, description: 'x and y in pixels of the upright photo'
})
const DegreesSchema = (description: string) => Type.Number({ minimum: -180, maximum: 180, description })

const FaceSchema = Type.Object({
  box: BoxSchema,
  score: Type.Number({ minimum: 0, maximum: 1, description: 'How sure the detector is' }),
  points: Type.Object(
    Object.fromEntries(POINTS.map((name) => [name, PointSchema])) as Record<typeof POINTS[number], typeof PointSchema>,
    { description: 'Left and right as the photo shows them' }
  ),
  landmarks: Type.Array(PointSchema, {
    minItems: 68, maxItems: 68, description: 'In the order of the iBUG 300-W scheme, which dlib has made common'
  }),
  pose: Type.Object({
    yaw: DegreesSchema('Turned to the right side of the photo; an estimate'),
    pitch: DegreesSchema('Looking up; an estimate'),
    roll: DegreesSchema('Tilted clockwise')
  }, { description: 'In degrees, 0 for a face that looks at the camera' }),
  quality: Type.Number({ minimum: 0, maximum: 1, description: 'The lowest of the measures' }),
  quality_measures: QualityMeasuresSchema,
  advice: Type.Array(Type.Object({
    measure: Type.String({ description: 'One of quality_measures' }),
    message: Type.String({ description: 'What to do about it' })
  }), { description: 'Why a registration would refuse the face; empty if it is good enough' })
})

const schema = {
  operationId: 'detect',
  tags: ['faces'],
  summary: 'Which faces are in the photo?',
  description: 'Describes all faces, the largest first. A photo without faces is a normal outcome: an empty list. ' +
    'A form may hold several photos, each of which is answered.',
  querystring: Type.Object({ max_faces: FacesMaxSchema }),
  body: {
    content: {
      'application/json': { schema: Type.Object({ photo: PhotoTextSchema }) },
      'multipart/form-data': { schema: Type.Object({ photo: PhotoFileSchema }) },
      ...RAW_PHOTO_CONTENT
    }
  },
  response: {
    200: perPhoto(Type.Object({
      success: Type.Literal(true),
      width: Type.Integer({ description: 'Of the upright photo, in pixels' }),
      height: Type.Integer(),
      faces: Type.Array(FaceSchema)
    })),
    ...errorResponses(...PHOTO_ERRORS.filter((code) => code !== 'NO_FACE'))
  }
}

const round = (value: number, decimals: number): number => Number(value.toFixed(decimals))

/** Pairs of x and y, to a tenth of a pixel. */
function pointsOf (places: Float64Array): number[][] {
  return Array.from({ length: places.length / 2 }, (_, i) => [round(places[2 * i]!, 1), round(places[2 * i + 1]!, 1)])
}

/** `POST /detect` */
const detect: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'kiosk', takesPhoto: true, photosMax: PHOTOS_MAX } as const
  fastify.post('/detect', { schema, config }, async (request, reply) => {
    const { max_faces: facesMax = FACE_LIMIT.byDefault } = request.query
    return await reply.answerPhotos(async (photo, context) => {
      const { faces, width, height } = await fastify.detect(photo, facesMax, context)
      fastify.metrics.facesFound(faces.length)
      return {
        body: {
          success: true as const,
          width,
          height,
          faces: faces.map(({ box, score, fivePoints, landmarks, pose, quality, advice }) => {
            const points = pointsOf(fivePoints)
            return {
              box: boxInPixels(box),
              score: round(score, 4),
              points: Object.fromEntries(POINTS.map((name, i) => [name, points[i]!])) as Points,
              landmarks: pointsOf(landmarks),
              pose: { yaw: round(pose.yaw, 1), pitch: round(pose.pitch, 1), roll: round(pose.roll, 1) },
              quality: quality.overall,
              quality_measures: quality.measures,
              advice
            }
          })
        }
      }
    })
  })
}

export default detect
