import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { errorResponses } from '../common-schemas.ts'
import { keyAnswer, KeySchema } from './common-schemas.ts'

const schema = {
  tags: ['keys'],
  summary: 'List the keys',
  description: 'Also those that have expired, and for 90 days those that were revoked.',
  response: {
    200: Type.Object({ success: Type.Literal(true), keys: Type.Array(KeySchema) }),
    ...errorResponses()
  }
}

/** `GET /keys` */
const listKeys: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.get('/keys', { schema, config: { role: 'admin' } }, async () => (
    { success: true as const, keys: fastify.keys.list().map(keyAnswer) }
  ))
}

export default listKeys
