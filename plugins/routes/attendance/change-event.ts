import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { errorResponses, TimeSchema, UserIdSchema } from '../common-schemas.ts'
import { DirectionSchema, eventAnswer, EventParamsSchema, EventSchema, ReasonSchema } from './common-schemas.ts'

const response = {
  200: Type.Object({ success: Type.Literal(true), event: EventSchema }),
  ...errorResponses(
    'EVENT_NOT_FOUND', 'EVENT_REPLACED', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'STORE_UNAVAILABLE',
    'STORE_FULL'
  )
}

const correctionSchema = {
  operationId: 'correctEvent',
  tags: ['attendance'],
  summary: 'Correct an event',
  description: 'Another event takes its place; the one that was recorded stays readable, as replaced.',
  params: EventParamsSchema,
  body: Type.Object({
    at: Type.Optional(TimeSchema),
    direction: Type.Optional(DirectionSchema),
    user_id: Type.Optional(UserIdSchema),
    reason: ReasonSchema
  }),
  response
}

const decisionSchema = {
  operationId: 'decideEvent',
  tags: ['attendance'],
  summary: 'Confirm or reject an event',
  description: 'Events to be confirmed count from their confirmation on; rejected ones do not count.',
  params: EventParamsSchema,
  body: Type.Object({ decision: Type.Enum(['confirmed', 'rejected']), reason: Type.Optional(ReasonSchema) }),
  response
}

/** `POST /attendance/events/{event_id}/corrections` and `POST /attendance/events/{event_id}/decisions` */
const changeEvent: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'admin', takesJson: true, audit: 'correct-attendance' } as const
  fastify.post('/attendance/events/:event_id/corrections', { schema: correctionSchema, config }, async (request) => {
    const { at, direction, user_id: userId, reason } = request.body
    const event = await fastify.attendance.correct(request.params.event_id, {
      by: request.caller!.id,
      reason,
      ...at !== undefined && { at: Date.parse(at) },
      ...direction !== undefined && { direction },
      ...userId !== undefined && { userId }
    })
    return { success: true as const, event: eventAnswer(event) }
  })

  fastify.post('/attendance/events/:event_id/decisions', { schema: decisionSchema, config }, async (request) => {
    const { decision, reason } = request.body
    const event = await fastify.attendance.rule(request.params.event_id, decision, request.caller!.id, reason)
    return { success: true as const, event: eventAnswer(event) }
  })
}

export default changeEvent
