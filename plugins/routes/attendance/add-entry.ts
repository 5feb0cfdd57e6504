import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { errorResponses, TimeSchema, UserIdSchema } from '../common-schemas.ts'
import {
  DirectionSchema, eventAnswer, EventTagSchema, KioskSchema, ReasonSchema, RecordedSchema
} from './common-schemas.ts'

const schema = {
  operationId: 'addEntry',
  tags: ['attendance'],
  summary: 'Enter an event by hand',
  body: Type.Object({
    user_id: UserIdSchema,
    at: TimeSchema,
    direction: DirectionSchema,
    reason: ReasonSchema,
    event_id: Type.Optional(EventTagSchema),
    kiosk: Type.Optional(KioskSchema)
  }),
  response: {
    200: RecordedSchema,
    ...errorResponses(
      'EVENT_TIME_REFUSED', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'STORE_UNAVAILABLE', 'STORE_FULL'
    )
  }
}

/** `POST /attendance/entries` */
const addEntry: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'admin', takesJson: true, audit: 'record-attendance' } as const
  fastify.post('/attendance/entries', { schema, config }, async ({ body, caller }) => {
    const { user_id: userId, at, direction, reason, event_id: tag, kiosk } = body
    const { event, isRepeated } = await fastify.attendance.record({
      userId,
      source: 'manual',
      at: Date.parse(at),
      direction,
      reason,
      by: caller!.id,
      ...tag !== undefined && { tag },
      ...kiosk !== undefined && { kiosk }
    })
    return { success: true as const, event: eventAnswer(event), repeated: isRepeated }
  })
}

export default addEntry
