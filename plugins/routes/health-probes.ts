import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { FaceError } from '../../src/errors.ts'
import { errorResponses } from './common-schemas.ts'

const liveSchema = {
  tags: ['operation'],
  summary: 'Does the process answer?',
  response: { 200: Type.Object({ status: Type.Literal('live') }), ...errorResponses() }
}

const readySchema = {
  tags: ['operation'],
  summary: 'Should requests be sent here?',
  description: 'Models are warm, encodings are loaded, and the server is not about to stop.',
  response: { 200: Type.Object({ status: Type.Literal('ready') }), ...errorResponses() }
}

/** `GET /health/live` and `GET /health/ready`, for supervisors, which restart servers, and for load balancers. */
const healthProbes: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'anybody', rateLimit: false } as const
  fastify.get('/health/live', { schema: liveSchema, config }, async () => ({ status: 'live' as const }))

  // Nobody can ask earlier: the server listens when its plugins are ready, thus models and encodings loaded.
  fastify.get('/health/ready', { schema: readySchema, config }, async () => {
    if (fastify.shutdown.draining()) throw new FaceError('SHUTTING_DOWN')
    return { status: 'ready' as const }
  })
}

export default healthProbes
