import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { FaceError } from '../../../src/errors.ts'
import { isUserKey } from '../../../src/store/user-key.ts'
import {
  ORDERS, placeOf, VALIDITIES, type DirectoryEntry, type Order, type Place
} from '../../../src/users/directory.ts'
import { errorResponses, TimeSchema, UserIdSchema } from '../common-schemas.ts'
import { GroupSchema, PROFILE_FIELDS } from './common-schemas.ts'

const LIMIT_DEFAULT = 100
const LIMIT_MAX = 1000

const ListedSchema = Type.Object({
  user_id: UserIdSchema,
  display_name: PROFILE_FIELDS.display_name,
  groups: PROFILE_FIELDS.groups,
  valid_from: PROFILE_FIELDS.valid_from,
  valid_until: PROFILE_FIELDS.valid_until,
  updated_at: TimeSchema,
  encoding_count: Type.Integer({ minimum: 0 })
})

const schema = {
  tags: ['users'],
  summary: 'List users',
  description: 'Page by page: repeat the request with next_cursor as cursor until that is null. A page may have ' +
    'fewer users than limit before that.',
  querystring: Type.Object({
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMIT_MAX, description: 'Users a page; 100 by default' })),
    cursor: Type.Optional(Type.String({
      minLength: 1, maxLength: 12_000, description: 'next_cursor of the page before'
    })),
    order: Type.Optional(Type.Enum(ORDERS.flatMap((order) => [order, `-${order}`] as const), {
      description: 'By id (numbers first), name or time of the last change; with - backwards. By id unless given'
    })),
    group: Type.Optional(GroupSchema),
    validity: Type.Optional(Type.Enum([...VALIDITIES], { description: 'Whether the user may be named now' })),
    search: Type.Optional(Type.String({
      minLength: 1, maxLength: 200, description: 'Part of the id or the name; case and accents do not matter'
    })),
    updated_since: Type.Optional(Type.String({ format: 'date-time', description: 'Changed at this time or later' }))
  }),
  response: {
    200: Type.Object({
      success: Type.Literal(true),
      users: Type.Array(ListedSchema),
      next_cursor: Type.Union([Type.String(), Type.Null()])
    }),
    ...errorResponses()
  }
}

const BY = {
  id: () => null,
  name: ({ sortName }: Place) => sortName,
  updated: ({ updatedAt }: Place) => updatedAt
} as const satisfies Record<Order, (place: Place) => string | number | null>

const TYPES: Readonly<Record<Order, readonly string[]>> = {
  id: ['object'], name: ['object', 'string'], updated: ['number']
}

/** A place in an order as an opaque text. */
const toCursor = (order: Order, place: Place): string =>
  Buffer.from(JSON.stringify([order, place.key, BY[order](place)])).toString('base64url')

/** The inverse. Throws `INVALID_REQUEST` for anything else, and for a cursor of another order. */
function fromCursor (order: Order, cursor: string): Place {
  const text = Buffer.from(cursor, 'base64url').toString()
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    content = null
  }
  if (Array.isArray(content) && content.length === 3) {
    const [ofOrder, key, by] = content as [unknown, unknown, string | number | null]
    if (ofOrder === order && typeof key === 'string' && isUserKey(key) && TYPES[order].includes(typeof by)) {
      return placeOf(order, key, by)
    }
  }
  throw new FaceError('INVALID_REQUEST', { message: 'cursor: not of this list, begin again without it' })
}

const timeText = (time: number | null): string | null => time === null ? null : new Date(time).toISOString()

function listed (entry: DirectoryEntry): Static<typeof ListedSchema> {
  return {
    user_id: entry.userId,
    display_name: entry.displayName,
    groups: [...entry.groups],
    valid_from: timeText(entry.validFrom),
    valid_until: timeText(entry.validUntil),
    updated_at: new Date(entry.updatedAt).toISOString(),
    encoding_count: entry.encodings
  }
}

/** `GET /users` */
const listUsers: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.get('/users', { schema, config: { role: 'enroller' } }, async ({ query }) => {
    const { limit = LIMIT_DEFAULT, cursor, order: sent = 'id', group, validity, search, updated_since: since } = query
    const order = sent.replace('-', '') as Order
    const { users, next } = fastify.directory.page({
      order,
      descending: sent.startsWith('-'),
      after: cursor === undefined ? undefined : fromCursor(order, cursor),
      limit,
      group,
      validity,
      text: search,
      updatedSince: since === undefined ? undefined : Date.parse(since)
    })
    return { success: true as const, users: users.map(listed), next_cursor: next && toCursor(order, next) }
  })
}

export default listUsers
