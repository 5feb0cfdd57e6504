import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { VERSION } from '../../src/config.ts'
import { round4 } from '../../src/networks/distance.ts'
import { errorResponses, TimeSchema } from './common-schemas.ts'

/** For anybody while the server is open, then for monitors. */
const DETAILS = {
  version: Type.Optional(Type.String()),
  registered_faces: Type.Optional(Type.Integer({ minimum: 0, description: 'Registered users' })),
  face_data_dir: Type.Optional(Type.String()),
  recognition_tolerance: Type.Optional(Type.Number({ description: 'RECOGNITION_TOLERANCE' })),
  tolerance_in_force: Type.Optional(Type.Number({
    description: 'Distance up to which a face is named now: it follows the number of people enrolled'
  })),
  recognition_network: Type.Optional(Type.String({ description: 'What makes the encodings of new registrations' })),
  users_to_reenroll: Type.Optional(Type.Integer({
    minimum: 0,
    description: 'Registered users without an encoding of the present network: they are recognised by face-api\'s ' +
      'as long as they have one of that'
  }))
}

const schema = {
  tags: ['operation'],
  summary: 'Is the server up?',
  response: {
    200: Type.Object({
      status: Type.Literal('online'),
      service: Type.String(),
      timestamp: TimeSchema,
      security: Type.Enum(['open', 'closed'], { description: 'Whether the endpoints ask for a key' }),
      ...DETAILS
    }),
    ...errorResponses()
  }
}

/** `GET /health` */
const health: FastifyPluginAsyncTypebox = async (fastify) => {
  const { FACE_DATA_DIR, RECOGNITION_TOLERANCE } = fastify.config
  const details = () => ({
    version: VERSION,
    registered_faces: fastify.gallery.counts().users,
    face_data_dir: FACE_DATA_DIR,
    recognition_tolerance: RECOGNITION_TOLERANCE,
    tolerance_in_force: round4(fastify.decision.current().tolerance),
    recognition_network: fastify.network.name ?? 'own',
    users_to_reenroll: fastify.gallery.counts().outdated
  })

  fastify.get('/health', { schema, config: { role: 'anybody', rateLimit: false } }, async (request) => ({
    status: 'online' as const,
    service: 'Face Recognition Server',
    timestamp: new Date().toISOString(),
    security: fastify.access.isClosed() ? 'closed' as const : 'open' as const,
    ...fastify.access.allows(request, 'monitor') && details()
  }))
}

export default health
