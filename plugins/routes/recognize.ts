import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import type { Recorded } from '../../src/attendance/attendance.ts'
import { FaceError } from '../../src/errors.ts'
import { confidenceOf } from '../../src/networks/calibration.ts'
import { round4 } from '../../src/networks/distance.ts'
import type { Box, Frame, Naming } from '../../src/recognition/recognition.ts'
import { NAME_CHARACTERS_MAX, type UserId } from '../../src/store/encoding-store.ts'
import { eventAnswer, EventSchema, RecordedSchema } from './attendance/common-schemas.ts'
import { boxInPixels, PHOTOS_MAX } from './common-fields.ts'
import {
  BoxSchema, ConfidenceSchema, DistanceSchema, errorResponses, FACE_LIMIT, FacesMaxSchema, perPhoto, PHOTO_ERRORS,
  PhotoFileSchema, PhotoTextSchema, RAW_PHOTO_CONTENT, TimeSchema, UserIdSchema
} from './common-schemas.ts'

const CANDIDATES_MAX = 20

const CandidateSchema = Type.Object({
  user_id: UserIdSchema, distance: DistanceSchema, confidence: ConfidenceSchema
})
const CandidatesSchema = Type.Optional(Type.Array(CandidateSchema, {
  description: 'With top_k: the nearest users, near enough or not'
}))

const DisplayNameSchema = Type.Optional(Type.String({ description: 'Where one is set, for callers with a key' }))

const RecognitionIdSchema = Type.Optional(Type.String({
  format: 'uuid', description: 'By which the face can be rejected for ten minutes; with a key only'
}))

const EVENT_FIELDS = { event: Type.Optional(EventSchema), repeated: Type.Optional(RecordedSchema.properties.repeated) }

const RecognizedSchema = Type.Object({
  success: Type.Literal(true),
  message: Type.String(),
  user_id: UserIdSchema,
  confidence: Type.Number({ minimum: 0, maximum: 1, description: '1 - distance' }),
  distance: Type.Number({ minimum: 0, description: 'Euclidean distance of the encodings' }),
  recognized_at: TimeSchema,
  display_name: DisplayNameSchema,
  recognition_id: RecognitionIdSchema,
  candidates: CandidatesSchema,
  ...EVENT_FIELDS
}, { description: 'Somebody enrolled' })

const UnknownSchema = Type.Object({
  success: Type.Literal(false),
  message: Type.String(),
  user_id: Type.Literal('unknown'),
  confidence: Type.Literal(0),
  code: Type.Optional(Type.Literal('AMBIGUOUS', { description: 'Nearly as close to a second user as to the first' })),
  candidates: CandidatesSchema
}, { description: 'A stranger, or nobody for sure' })

const FrameSchema = Type.Object({
  success: Type.Literal(true),
  width: Type.Integer({ description: 'Of the upright photo, in pixels' }),
  height: Type.Integer(),
  recognized_at: TimeSchema,
  faces: Type.Array(Type.Object({
    box: BoxSchema,
    recognized: Type.Boolean(),
    user_id: Type.Union([UserIdSchema, Type.Literal('unknown')]),
    confidence: ConfidenceSchema,
    distance: Type.Optional(DistanceSchema),
    display_name: DisplayNameSchema,
    recognition_id: RecognitionIdSchema,
    code: Type.Optional(Type.Literal('AMBIGUOUS')),
    candidates: CandidatesSchema,
    ...EVENT_FIELDS
  }), { description: 'The largest first; nobody is named twice' })
}, { description: 'With faces=all' })

const schema = {
  operationId: 'recognize',
  tags: ['faces'],
  summary: 'Recognise a face',
  description: 'Names the face before the camera. A stranger is a normal outcome: 200 with success false. A key that ' +
    'is limited to groups searches these people only. A form may hold several photos, each of which is answered.',
  querystring: Type.Object({
    group: Type.Optional(Type.String({
      minLength: 1, maxLength: NAME_CHARACTERS_MAX, description: 'Searches only people in this group'
    })),
    faces: Type.Optional(Type.Enum(['all'], { description: 'Names every face of the photo; needs a key' })),
    max_faces: FacesMaxSchema,
    top_k: Type.Optional(Type.Integer({
      minimum: 1,
      maximum: CANDIDATES_MAX,
      description: 'So many of the nearest users are told of each face, near enough or not; needs a key'
    })),
    record: Type.Optional(Type.Enum(['true', 'false'], { description: 'Records who is named; needs a key' })),
    direction: Type.Optional(Type.Enum(['in', 'out'], { description: 'For record; by turns in a day unless given' }))
  }),
  body: {
    content: {
      'application/json': { schema: Type.Object({ photo: PhotoTextSchema }) },
      'multipart/form-data': { schema: Type.Object({ photo: PhotoFileSchema }) },
      ...RAW_PHOTO_CONTENT
    }
  },
  response: {
    200: perPhoto(RecognizedSchema, UnknownSchema, FrameSchema),
    ...errorResponses(...PHOTO_ERRORS, 'GROUP_NOT_ALLOWED', 'GROUP_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

type FaceAnswer = Static<typeof RecognizedSchema> | Static<typeof UnknownSchema>
type FrameAnswer = Static<typeof FrameSchema>

/** What is told of a face beside its nearest user. */
interface Further {
  /** How many candidates were asked for. */
  topK: number | undefined
  displayNameOf: (userId: UserId) => string | null | undefined
  /** The event that was recorded of the user, if that was asked for. */
  eventOf: (userId: UserId) => Recorded | undefined
}

function furtherOf ({ named, candidates }: Naming, { topK, displayNameOf, eventOf }: Further): {
  display_name?: string, recognition_id?: string, candidates?: Static<typeof CandidateSchema>[]
} {
  const displayName = named.outcome === 'recognized' ? displayNameOf(named.userId) : undefined
  const recorded = named.outcome === 'recognized' ? eventOf(named.userId) : undefined
  return {
    ...displayName && { display_name: displayName },
    ...named.outcome === 'recognized' && named.recognitionId !== undefined && { recognition_id: named.recognitionId },
    ...recorded && { event: eventAnswer(recorded.event), repeated: recorded.isRepeated },
    ...topK !== undefined && {
      candidates: candidates.map(({ userId, distance }) => (
        { user_id: userId, distance: round4(distance), confidence: round4(confidenceOf(distance)) }
      ))
    }
  }
}

function faceAnswer (naming: Naming, further: Further): FaceAnswer {
  const { named } = naming
  if (named.outcome !== 'recognized') {
    return {
      success: false,
      message: 'Face not recognized',
      user_id: 'unknown',
      confidence: 0,
      ...named.outcome === 'ambiguous' && { code: 'AMBIGUOUS' },
      ...furtherOf(naming, further)
    }
  }
  const { userId, confidence, distance } = named
  return {
    success: true,
    message: 'Face recognized successfully',
    user_id: userId,
    confidence,
    distance,
    recognized_at: new Date().toISOString(),
    ...furtherOf(naming, further)
  }
}

function frameAnswer ({ faces, ...size }: Frame<Naming & { box: Box }>, further: Further): FrameAnswer {
  return {
    success: true,
    ...size,
    recognized_at: new Date().toISOString(),
    faces: faces.map(({ box, ...naming }) => {
      const { named } = naming
      return {
        box: boxInPixels(box),
        recognized: named.outcome === 'recognized',
        ...named.outcome === 'recognized'
          ? { user_id: named.userId, confidence: named.confidence, distance: named.distance }
          : { user_id: 'unknown', confidence: 0 },
        ...named.outcome === 'ambiguous' && { code: 'AMBIGUOUS' },
        ...furtherOf(naming, further)
      }
    })
  }
}

/** What older clients do not ask for is told to nobody without a key. */
async function checkKey ({ query, caller }: FastifyRequest): Promise<void> {
  const { faces, top_k: topK, record } = query as Partial<Record<'faces' | 'top_k' | 'record', unknown>>
  const isMore = faces !== undefined || topK !== undefined || record === 'true'
  if (caller === undefined && isMore) throw new FaceError('UNAUTHORIZED')
}

/** `POST /recognize` */
const recognize: FastifyPluginAsyncTypebox = async (fastify) => {
  const { attendance, directory, metrics, recognition } = fastify
  const config = { role: 'kiosk', isOpenWithoutKeys: true, takesPhoto: true, photosMax: PHOTOS_MAX } as const

  fastify.post('/recognize', { schema, config, preParsing: checkKey }, async ({ query, caller }, reply) => {
    const { group, faces, max_faces: facesMax = FACE_LIMIT.byDefault, top_k: topK, direction } = query
    const options = { group, candidatesMax: topK }
    // Nobody learns a name from a photo who has shown no key.
    const displayNameOf = (userId: UserId) => caller && directory.get(String(userId))?.displayName
    const seen = { source: 'recognition', kiosk: caller?.name ?? '', ...direction && { direction } } as const

    /** Records who is named, if that was asked for; nobody is named twice. */
    async function record (namings: readonly Naming[]): Promise<Further> {
      const events = new Map<UserId, Recorded>()
      for (const { named } of query.record === 'true' ? namings : []) {
        if (named.outcome !== 'recognized') continue
        const { userId, confidence } = named
        events.set(userId, await attendance.record({ ...seen, userId, confidence }))
      }
      return { topK, displayNameOf, eventOf: (userId) => events.get(userId) }
    }

    return await reply.answerPhotos<FaceAnswer | FrameAnswer>(async (photo, context) => {
      if (faces !== 'all') {
        const naming = await recognition.recognize(photo, options, context)
        if (naming.named.outcome === 'recognized') metrics.recognized(naming.named.confidence)
        return { outcome: naming.named.outcome, body: faceAnswer(naming, await record([naming])) }
      }
      const frame = await recognition.recognizeAll(photo, { ...options, facesMax }, context)
      metrics.facesFound(frame.faces.length)
      for (const { named } of frame.faces) {
        metrics.faceNamed(named.outcome)
        if (named.outcome === 'recognized') metrics.recognized(named.confidence)
      }
      return { body: frameAnswer(frame, await record(frame.faces)) }
    })
  })
}

export default recognize
