import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import type { PersonDay } from '../../../src/attendance/attendance.ts'
import { FaceError } from '../../../src/errors.ts'
import { ROW_FORMATS, sendRows } from '../../downloads/rows.ts'
import { errorResponses, TimeSchema, UserIdSchema, UserIdTextSchema } from '../common-schemas.ts'
import { DirectionSchema, eventAnswer, EventSchema, GroupFilterSchema, isInGroup } from './common-schemas.ts'

const DAYS_MAX = 366
const DAY_MS = 86_400_000
/** Of an answer that is made in memory. */
const ROWS_MAX = 10_000

const DaySchema = Type.Object({
  day: Type.String({ format: 'date' }),
  user_id: UserIdSchema,
  first_in: Type.Union([TimeSchema, Type.Null()]),
  last_out: Type.Union([TimeSchema, Type.Null()]),
  present_seconds: Type.Integer({ minimum: 0, description: 'Between each in and the out that follows it' }),
  open_ends: Type.Array(Type.Object({ at: TimeSchema, direction: DirectionSchema }), {
    description: 'Events whose other half is missing: no time is counted for them'
  })
})

const FILTERS = { user_id: Type.Optional(UserIdTextSchema), group: Type.Optional(GroupFilterSchema) }

const daysSchema = {
  tags: ['attendance'],
  summary: 'Days and hours',
  description: 'A line for each person and day, in ATTENDANCE_TIMEZONE. A day begins at ATTENDANCE_DAY_STARTS.',
  querystring: Type.Object({
    from: Type.String({ format: 'date', examples: ['2026-11-26'] }),
    until: Type.Optional(Type.String({ format: 'date', description: 'Inclusive; the same day unless given' })),
    ...FILTERS,
    format: Type.Optional(Type.Enum(['json', ...ROW_FORMATS]))
  }),
  response: {
    200: {
      content: {
        'application/json': { schema: Type.Object({ success: Type.Literal(true), days: Type.Array(DaySchema) }) },
        'application/x-ndjson': { schema: DaySchema },
        'text/csv': { schema: Type.String({ description: 'A line for each, the columns named in the first' }) }
      }
    },
    ...errorResponses('STORE_UNAVAILABLE')
  }
}

const presentSchema = {
  tags: ['attendance'],
  summary: 'Who is in now',
  description: 'The last event today of everybody who came and has not gone.',
  querystring: Type.Object(FILTERS),
  response: {
    200: Type.Object({ success: Type.Literal(true), present: Type.Array(EventSchema) }),
    ...errorResponses('STORE_UNAVAILABLE')
  }
}

const tooMany = (): FaceError => new FaceError('INVALID_REQUEST', {
  message: `format: more than ${ROWS_MAX} lines, ask for ndjson or csv, or for fewer days`
})

const timeText = (at: number | null): string | null => at === null ? null : new Date(at).toISOString()

function dayAnswer ({ day, userId, firstIn, lastOut, presentMs, openEnds }: PersonDay): Static<typeof DaySchema> {
  return {
    day,
    user_id: userId,
    first_in: timeText(firstIn),
    last_out: timeText(lastOut),
    present_seconds: Math.round(presentMs / 1000),
    open_ends: openEnds.map(({ at, direction }) => ({ at: new Date(at).toISOString(), direction }))
  }
}

/** `GET /attendance/days` and `GET /attendance/present` */
const listDays: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'admin', audit: 'export-attendance' } as const

  async function * answers (days: AsyncIterable<PersonDay>): AsyncIterable<Static<typeof DaySchema>> {
    for await (const day of days) yield dayAnswer(day)
  }

  fastify.get('/attendance/days', { schema: daysSchema, config }, async ({ query }, reply) => {
    const { from, until = from, user_id: userKey, group, format = 'json' } = query
    const days = (Date.parse(until) - Date.parse(from)) / DAY_MS + 1
    if (days < 1 || days > DAYS_MAX) {
      throw new FaceError('INVALID_REQUEST', { message: `until: from the day of from on, at most ${DAYS_MAX} days` })
    }
    const rows = answers(fastify.attendance.days(from, until, {
      userKey, matches: (event) => isInGroup(fastify.directory, event, group)
    }))
    if (format !== 'json') {
      return sendRows(reply, format, rows, { columns: Object.keys(DaySchema.properties), name: 'attendance-days' })
    }
    const found: Array<Static<typeof DaySchema>> = []
    for await (const row of rows) if (found.push(row) > ROWS_MAX) throw tooMany()
    return { success: true as const, days: found }
  })

  fastify.get('/attendance/present', { schema: presentSchema, config: { role: 'admin' } }, async ({ query }) => {
    const { user_id: userKey, group } = query
    const present = await fastify.attendance.present({
      userKey, matches: (event) => isInGroup(fastify.directory, event, group)
    })
    return { success: true as const, present: present.map(eventAnswer) }
  })
}

export default listDays
