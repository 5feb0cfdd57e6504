import { Type, type Static } from 'typebox'
import { DECISIONS, EVENT_STATES, SOURCES, stateOf, type AttendanceEvent } from '../../../src/attendance/event.ts'
import { NAME_CHARACTERS_MAX } from '../../../src/store/encoding-store.ts'
import type { Directory } from '../../../src/users/directory.ts'
import { TimeSchema, UserIdSchema } from '../common-schemas.ts'

/** Of a list without a beginning or an end. */
export const ALL_TIME = { from: 0, until: Date.parse('9999-12-31') }

export const DirectionSchema = Type.Enum(['in', 'out'])

export const KioskSchema = Type.String({ minLength: 1, maxLength: NAME_CHARACTERS_MAX, examples: ['main gate'] })

export const ReasonSchema = Type.String({ minLength: 1, maxLength: 1000, examples: ['forgot to sign out'] })

/** What a kiosk calls an event. */
export const EventTagSchema = Type.String({
  pattern: '^[A-Za-z0-9_-]{8,64}$',
  description: 'Made by the kiosk, such as a UUID: sent again, the event is recorded once',
  examples: ['6f9619ff-8b86-4d01-b42d-00cf4fc964ff']
})

export const GroupFilterSchema = Type.String({
  minLength: 1, maxLength: NAME_CHARACTERS_MAX, description: 'Of people who are in this group now'
})

const EventIdSchema = Type.String({
  pattern: '^[0-9]{8}-[A-Za-z0-9_-]{8,64}$', examples: ['20261126-6f9619ff-8b86-4d01-b42d-00cf4fc964ff']
})

export const EventParamsSchema = Type.Object({ event_id: EventIdSchema })

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

export const EventSchema = Type.Object({
  event_id: EventIdSchema,
  user_id: UserIdSchema,
  at: TimeSchema,
  recorded_at: TimeSchema,
  direction: DirectionSchema,
  state: Type.Enum([...EVENT_STATES], { description: 'recorded and confirmed ones count' }),
  source: Type.Enum([...SOURCES]),
  kiosk: orNull(Type.String()),
  confidence: orNull(Type.Number({ minimum: 0, maximum: 1 })),
  quality: orNull(Type.Number({ minimum: 0, maximum: 1 })),
  replaces: orNull(Type.String({ description: 'The event that this one corrects' })),
  entered_by: orNull(Type.String()),
  reason: orNull(Type.String()),
  decisions: Type.Array(Type.Object({
    decision: Type.Enum([...DECISIONS]), by: Type.String(), at: TimeSchema, reason: orNull(Type.String())
  }))
})

/** Whether the person is in the group now; everybody if none is named. */
export function isInGroup (directory: Directory, { userId }: AttendanceEvent, group: string | undefined): boolean {
  return group === undefined || (directory.get(String(userId))?.groups.includes(group) ?? false)
}

/** An event as an answer. */
export function eventAnswer (event: AttendanceEvent): Static<typeof EventSchema> {
  return {
    event_id: event.id,
    user_id: event.userId,
    at: new Date(event.at).toISOString(),
    recorded_at: new Date(event.recordedAt).toISOString(),
    direction: event.direction,
    state: stateOf(event),
    source: event.source,
    kiosk: event.kiosk ?? null,
    confidence: event.confidence ?? null,
    quality: event.quality ?? null,
    replaces: event.replaces ?? null,
    entered_by: event.by ?? null,
    reason: event.reason ?? null,
    decisions: event.rulings.map(({ decision, by, at, reason = null }) => ({ decision, by, at, reason }))
  }
}

/** The answer to a recording. */
export const RecordedSchema = Type.Object({
  success: Type.Literal(true),
  event: EventSchema,
  repeated: Type.Boolean({ description: 'It was there already: sent twice, or a double tap' })
})

export const UnknownSchema = Type.Object({
  success: Type.Literal(false),
  message: Type.String(),
  user_id: Type.Literal('unknown')
}, { description: 'A stranger: nothing is recorded' })
