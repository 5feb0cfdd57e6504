import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { VERSION } from '../../src/config.ts'
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
      recognition_tolerance: Type.Number(),
      users_to_reenroll: Type.Integer({ minimum: 0, description: 'Registered users without an encoding of the present network: they are not recognised' })
    }),
    ...errorResponses()
  }
}

/** `GET /health` */
const health: FastifyPluginAsyncTypebox = async (fastify) => {
  const { FACE_DATA_DIR, RECOGNITION_TOLERANCE } = fastify.config
  fastify.get('/health', { schema, config: { rateLimit: false } }, async () => ({
    status: 'online' as const,
    service: 'Face Recognition Server',
    version: VERSION,
    timestamp: new Date().toISOString(),
    registered_faces: fastify.gallery.counts().users,
    face_data_dir: FACE_DATA_DIR,
    recognition_tolerance: RECOGNITION_TOLERANCE,
    users_to_reenroll: fastify.gallery.counts().outdated
  }))
}

export default health
