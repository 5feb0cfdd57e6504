import fp from 'fastify-plugin'
import { FaceError } from '../../src/errors.ts'

/**
 * While the server closes, it finishes what it accepted and sends newcomers away at once. Each answer also closes its
 * connection: kept alive, it would hold the server until the kiosk lets go.
 */
export default fp(async function shutdownPlugin (fastify) {
  let closing = false
  fastify.addHook('preClose', async () => {
    closing = true
  })
  fastify.addHook('onRequest', async () => {
    if (closing) throw new FaceError('SHUTTING_DOWN')
  })
  fastify.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
}, { name: 'shutdown' })
