import fp from 'fastify-plugin'
import { FaceError } from '../../src/errors.ts'

/** While the server closes, it finishes what it accepted and sends newcomers away at once. */
export default fp(async function shutdownPlugin (fastify) {
  let closing = false
  fastify.addHook('preClose', async () => {
    closing = true
  })
  fastify.addHook('onRequest', async (_request, reply) => {
    if (!closing) return
    reply.header('connection', 'close')
    throw new FaceError('SHUTTING_DOWN')
  })
}, { name: 'shutdown' })
