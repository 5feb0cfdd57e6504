import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { VERSION } from '../../src/config.ts'
import { round4 } from '../../src/networks/distance.ts'
import { errorResponses, TimeSchema } from './common-schemas.ts'

const schema = {
  tags: ['operation'],
  summary: 'Is the server up?',
  response: {
    200: Type.Object({
      status: Type.Literal('online'),
      service: Type.String(),
      version: Type.String(),
      timestamp: TimeSchema,
      registered_faces: Type.Integer({ minimum: 0, description: 'Registered users' }),
      face_data_dir: Type.String(),
      recognition_tolerance: Type.Number({ description: 'RECOGNITION_TOLERANCE' }),
      tolerance_in_force: Type.Number({
        description: 'Distance up to which a face is named now: it follows the number of people enrolled'
      }),
      recognition_network: Type.String({ description: 'What makes the encodings of new registrations' }),
      users_to_reenroll: Type.Integer({
        minimum: 0,
        description: 'Registered users without an encoding of the present network: they are recognised by ' +
          'face-api\'s as long as they have one of that'
      })
    }),
    ...errorResponses()
  }
}

/** `GET /health` */
const health: FastifyPluginAsyncTypebox = async (fastify) => {
  const { FACE_DATA_DIR, RECOGNITION_TOLERANCE } = fastify.config
  fastify.get('/health', { schema, config: { role: 'anybody', rateLimit: false } }, async () => ({
    status: 'online' as const,
    service: 'Face Recognition Server',
    version: VERSION,
    timestamp: new Date().toISOString(),
    registered_faces: fastify.gallery.counts().users,
    face_data_dir: FACE_DATA_DIR,
    recognition_tolerance: RECOGNITION_TOLERANCE,
    tolerance_in_force: round4(fastify.decision.current().tolerance),
    recognition_network: fastify.network.name ?? 'own',
    users_to_reenroll: fastify.gallery.counts().outdated
  }))
}

export default health
