import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { FaceError } from '../../../src/errors.ts'
import { collectPersonalData } from '../../../src/recognition/personal-data.ts'
import { parseDataKeys } from '../../../src/store/record/seal.ts'
import { ALL_TIME, eventAnswer, EventSchema } from '../attendance/common-schemas.ts'
import { errorResponses, TimeSchema, UserIdParamsSchema } from '../common-schemas.ts'

const AnythingSchema = Type.Object({}, { additionalProperties: true })

const schema = {
  tags: ['users'],
  summary: 'Everything kept about a user',
  description: 'For a person who asks what is stored about them. It holds biometric data: hand it to nobody else.',
  params: UserIdParamsSchema,
  response: {
    200: Type.Object({
      success: Type.Literal(true),
      exported_at: TimeSchema,
      record: Type.Unsafe<Record<string, unknown>>({
        ...AnythingSchema,
        description: 'Display name, metadata, groups, consent, validity and encodings, ' +
          'each with the face, a JPEG in base64, where it was kept'
      }),
      last_seen: Type.Union([Type.String({ format: 'date' }), Type.Null()], {
        description: 'Day of the last recognition, in UTC'
      }),
      attendance: Type.Array(EventSchema),
      audit: Type.Array(Type.Unsafe<Record<string, unknown>>(AnythingSchema), {
        description: 'Who enrolled, changed or exported the user, when and from where'
      })
    }),
    ...errorResponses('USER_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

/** `GET /users/{user_id}/export` */
const exportUser: FastifyPluginAsyncTypebox = async (fastify) => {
  const { encodingStore: store, sightings, auditStorage: audit } = fastify
  const keys = parseDataKeys(fastify.config.FACE_DATA_KEY)
  const config = { role: 'admin', audit: 'export-user' } as const
  fastify.get('/users/:user_id/export', { schema, config }, async (request, reply) => {
    const found = await collectPersonalData(request.params.user_id, { store, sightings, audit, keys })
    if (!found) throw new FaceError('USER_NOT_FOUND')
    const attendance: Array<ReturnType<typeof eventAnswer>> = []
    for await (const event of fastify.attendance.events({ ...ALL_TIME, userKey: request.params.user_id })) {
      attendance.push(eventAnswer(event))
    }
    reply.header('cache-control', 'no-store')
    return {
      success: true as const,
      exported_at: new Date().toISOString(),
      record: found.record,
      last_seen: found.lastSeen,
      attendance,
      audit: found.audit
    }
  })
}

export default exportUser
