import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { errorResponses } from './common-schemas.ts'

const schema = {
  tags: ['operation'],
  summary: 'Figures for Prometheus',
  description: 'In a cluster those of all processes together.',
  response: {
    200: { content: { 'text/plain': { schema: Type.String({ description: 'Text exposition format 0.0.4' }) } } },
    ...errorResponses()
  }
}

/** `GET /metrics` */
const metrics: FastifyPluginAsyncTypebox = async (fastify) => {
  const config = { role: 'monitor', isOpenWithoutKeys: true, rateLimit: false } as const
  fastify.get('/metrics', { schema, config }, async (_request, reply) => {
    reply.type(fastify.metrics.contentType)
    return fastify.metrics.text()
  })
}

export default metrics
