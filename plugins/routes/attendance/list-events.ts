import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import type { EventFilter } from '../../../src/attendance/attendance.ts'
import type { Position } from '../../../src/attendance/attendance-log.ts'
import { dayOfEvent, EVENT_STATES, stateOf, type AttendanceEvent } from '../../../src/attendance/event.ts'
import { FaceError } from '../../../src/errors.ts'
import { ROW_FORMATS, sendRows } from '../../downloads/rows.ts'
import { errorResponses, TimeSchema, UserIdTextSchema } from '../common-schemas.ts'
import {
  ALL_TIME, DirectionSchema, eventAnswer, EventSchema, GroupFilterSchema, isInGroup, KioskSchema
} from './common-schemas.ts'

const LIMIT_DEFAULT = 100

const QuerySchema = Type.Object({
  from: Type.Optional(TimeSchema),
  until: Type.Optional(Type.String({ format: 'date-time', description: 'Exclusive; ISO 8601' })),
  user_id: Type.Optional(UserIdTextSchema),
  group: Type.Optional(GroupFilterSchema),
  kiosk: Type.Optional(KioskSchema),
  direction: Type.Optional(DirectionSchema),
  state: Type.Optional(Type.Enum([...EVENT_STATES])),
  format: Type.Optional(Type.Enum(['json', ...ROW_FORMATS], {
    description: 'A page of JSON unless given; ndjson and csv are all events, as they are read'
  })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Events a page; 100 unless given' })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'next_cursor of the page before' }))
})

const schema = {
  tags: ['attendance'],
  summary: 'List events',
  description: 'By time. Page by page: repeat the request with next_cursor as cursor until that is null.',
  querystring: QuerySchema,
  response: {
    200: {
      content: {
        'application/json': {
          schema: Type.Object({
            success: Type.Literal(true),
            events: Type.Array(EventSchema),
            next_cursor: Type.Union([Type.String(), Type.Null()])
          })
        },
        'application/x-ndjson': { schema: EventSchema },
        'text/csv': { schema: Type.String({ description: 'A line for each event, the columns named in the first' }) }
      }
    },
    ...errorResponses('STORE_UNAVAILABLE')
  }
}

const COLUMNS = Object.keys(EventSchema.properties)

const toCursor = ({ at, id }: Position): string => Buffer.from(`${at} ${id}`).toString('base64url')

/** The inverse. Throws `INVALID_REQUEST` for anything else. */
function fromCursor (cursor: string): Position {
  const [at, id] = Buffer.from(cursor, 'base64url').toString().split(' ')
  if (at !== undefined && id !== undefined && Number.isSafeInteger(Number(at)) && dayOfEvent(id) !== null) {
    return { at: Number(at), id }
  }
  throw new FaceError('INVALID_REQUEST', { message: 'cursor: not of this list, begin again without it' })
}

/** `GET /attendance` */
const listEvents: FastifyPluginAsyncTypebox = async (fastify) => {
  function filterOf (query: Static<typeof QuerySchema>): EventFilter {
    const { from, until, user_id: userKey, group, kiosk, direction, state, cursor } = query
    return {
      from: from === undefined ? ALL_TIME.from : Date.parse(from),
      until: until === undefined ? ALL_TIME.until : Date.parse(until),
      after: cursor === undefined ? undefined : fromCursor(cursor),
      userKey,
      matches: (event) => (kiosk === undefined || event.kiosk === kiosk) &&
        (direction === undefined || event.direction === direction) &&
        (state === undefined || stateOf(event) === state) &&
        isInGroup(fastify.directory, event, group)
    }
  }

  async function * answers (filter: EventFilter): AsyncIterable<ReturnType<typeof eventAnswer>> {
    for await (const event of fastify.attendance.events(filter)) yield eventAnswer(event)
  }

  const config = { role: 'admin', audit: 'export-attendance' } as const
  fastify.get('/attendance', { schema, config }, async (request, reply) => {
    const { format = 'json', limit = LIMIT_DEFAULT } = request.query
    const filter = filterOf(request.query)
    if (format !== 'json') return sendRows(reply, format, answers(filter), { columns: COLUMNS, name: 'attendance' })
    const events: AttendanceEvent[] = await fastify.attendance.page(filter, limit)
    const last = events.at(-1)
    return {
      success: true as const,
      events: events.map(eventAnswer),
      next_cursor: events.length === limit && last ? toCursor(last) : null
    }
  })
}

export default listEvents
