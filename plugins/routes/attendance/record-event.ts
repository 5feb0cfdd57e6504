import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import type { Sighting } from '../../../src/attendance/attendance.ts'
import { FaceError } from '../../../src/errors.ts'
import type { UserId } from '../../../src/store/encoding-store.ts'
import { sentUserId } from '../common-fields.ts'
import {
  errorResponses, PHOTO_ERRORS, PhotoFileSchema, PhotoTextSchema, RAW_PHOTO_CONTENT, TimeSchema, UserIdSchema,
  UserIdTextSchema
} from '../common-schemas.ts'
import { DirectionSchema, eventAnswer, EventTagSchema, RecordedSchema, UnknownSchema } from './common-schemas.ts'

/** The same in every kind of body. */
const FIELDS = {
  event_id: EventTagSchema,
  at: Type.Optional(TimeSchema),
  direction: Type.Optional(DirectionSchema)
}

const QuerySchema = Type.Object({ ...FIELDS, user_id: UserIdTextSchema })
type Fields = Partial<Static<typeof QuerySchema>>

const schema = {
  operationId: 'recordEvent',
  tags: ['attendance'],
  summary: 'Record somebody at the door',
  description: 'What a kiosk has seen, now or while it was offline. The photo is recognised; with a user_id, as the ' +
    'person has typed it, an event that the face does not bear out waits to be confirmed. The same event_id is ' +
    'recorded once. Times of more than 72 hours ago, or ahead of the server\'s clock, are refused.',
  querystring: Type.Partial(QuerySchema),
  body: {
    content: {
      'application/json': {
        schema: Type.Object({
          ...FIELDS, user_id: Type.Optional(UserIdSchema), photo: Type.Optional(PhotoTextSchema)
        })
      },
      'multipart/form-data': {
        schema: Type.Object({
          ...FIELDS, user_id: Type.Optional(UserIdTextSchema), photo: Type.Optional(PhotoFileSchema)
        })
      },
      ...RAW_PHOTO_CONTENT
    }
  },
  response: {
    200: Type.Union([RecordedSchema, UnknownSchema]),
    ...errorResponses(...PHOTO_ERRORS, 'EVENT_TIME_REFUSED', 'USER_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

/** `POST /attendance/events` */
const recordEvent: FastifyPluginAsyncTypebox = async (fastify) => {
  /** Whom the face is of; undefined without a photo, or a face that is nobody's. */
  async function faceOf (request: FastifyRequest): Promise<{ userId: UserId, confidence: number } | undefined> {
    if (!request.photos) return undefined
    const { named } = await fastify.recognition.recognize(request.takePhoto(), {}, request.context)
    return named.outcome === 'recognized' ? named : undefined
  }

  /** What the person has typed. Throws `USER_NOT_FOUND`. */
  function claimOf (request: FastifyRequest, { user_id: sent }: Fields): UserId | undefined {
    if (sent === undefined) return undefined
    const userId = sentUserId(request)
    if (!fastify.directory.get(String(userId))) throw new FaceError('USER_NOT_FOUND')
    return userId
  }

  const config = { role: 'kiosk', takesPhoto: true } as const
  fastify.post('/attendance/events', { schema, config }, async (request, reply) => {
    const fields: Fields = { ...request.query, ...request.body as Fields | undefined }
    const { event_id: tag, at, direction } = fields
    if (tag === undefined) throw new FaceError('INVALID_REQUEST', { message: 'event_id: missing' })
    const claim = claimOf(request, fields)
    if (claim === undefined && !request.photos) {
      throw new FaceError('INVALID_REQUEST', { message: 'photo: missing, and no user_id' })
    }
    const seen = {
      tag,
      kiosk: request.caller!.name,
      ...at !== undefined && { at: Date.parse(at) },
      ...direction !== undefined && { direction }
    }
    const face = await faceOf(request)
    let sighting: Sighting
    if (face && (claim === undefined || String(claim) === String(face.userId))) {
      const { userId, confidence } = face
      sighting = { ...seen, userId, confidence, source: at === undefined ? 'recognition' : 'offline' }
    } else if (claim === undefined) {
      reply.outcome = 'unknown'
      return { success: false as const, message: 'Face not recognized', user_id: 'unknown' as const }
    } else sighting = { ...seen, userId: claim, source: 'claim', isToBeConfirmed: true }
    const { event, isRepeated } = await fastify.attendance.record(sighting)
    reply.outcome = event.isToBeConfirmed ? 'to_be_confirmed' : 'recorded'
    return { success: true as const, event: eventAnswer(event), repeated: isRepeated }
  })
}

export default recordEvent
