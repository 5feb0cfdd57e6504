import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { PairingWishes } from '../../../src/access/pairings.ts'
import { assertNotForged } from '../../browsers/own-page.ts'
import { errorResponses } from '../common-schemas.ts'
import { keyAnswer, NewKeySchema } from '../keys/common-schemas.ts'

const schema = {
  operationId: 'completePairing',
  tags: ['keys'],
  summary: 'Trade a code for the key of a kiosk',
  description: 'A code is valid once, for 5 minutes, and until 5 wrong ones were sent from anywhere.',
  params: Type.Object({
    code: Type.String({ pattern: '^\\d{6}$', description: 'As POST /pairings has given it', examples: ['407215'] })
  }),
  response: {
    200: NewKeySchema,
    ...errorResponses('STORE_UNAVAILABLE', 'STORE_FULL')
  }
}

/** `POST /pairings/{code}` */
const completePairing: FastifyPluginAsyncTypebox = async (fastify) => {
  /** Of requests with a valid code, which are the ones to be audited. */
  const wishes = new WeakMap<object, PairingWishes>()
  fastify.post('/pairings/:code', {
    schema,
    config: { role: 'anybody', takesJson: true, isIdempotencyRefused: true, audit: 'complete-pairing' },
    preHandler: async (request) => {
      // A page of somebody else's that a browser of this network has opened is not to try codes.
      assertNotForged(request, 'allowed')
      wishes.set(request, await fastify.pairings.complete(request.params.code))
    }
  }, async (request) => {
    const { key, info } = await fastify.keys.create({ ...wishes.get(request)!, role: 'kiosk' }) // See above.
    request.auditResult = { key: info.id, role: info.role }
    return { success: true as const, key, ...keyAnswer(info) }
  })
}

export default completePairing
