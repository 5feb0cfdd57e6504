import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/**
 * For routes whose requests have nothing in their bodies: clients that name a type for all of their requests send none,
 * or an empty one.
 */
export function ignoreBody (fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('*', async (_request: FastifyRequest, body: IncomingMessage) => { body.resume() })
}
