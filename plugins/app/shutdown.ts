import { once } from 'node:events'
import { Server } from 'node:net'
import fp from 'fastify-plugin'
import { FaceError } from '../../src/errors.ts'

declare module 'fastify' {
  interface FastifyInstance {
    shutdown: Shutdown
  }
}

/** The ways to an end. */
export interface Shutdown {
  /** The server is about to end: nothing new should be sent to it. */
  draining (): boolean
  /**
   * Takes no new connections, serves the present ones until each has had one more answer, which closes it, and resolves
   * when none is left, or after `CLOSE_GRACE_MS`. For a server that another one replaces: no client notices.
   */
  retire (): Promise<void>
  /** Says that the server cannot do all of its work any more, and that another process should. */
  degrade (): void
  /** Aborted by {@link degrade}. */
  readonly degraded: AbortSignal
}

/**
 * While the server closes, it finishes what it accepted and sends newcomers away at once. Each answer also closes its
 * connection: kept alive, it would hold the server until the kiosk lets go.
 */
export default fp(async function shutdownPlugin (fastify) {
  const { CLOSE_GRACE_MS } = fastify.config
  let retiring = false
  let closing = false
  const degraded = new AbortController()
  fastify.addHook('preClose', async () => {
    closing = true
  })
  fastify.addHook('onRequest', async () => {
    if (closing) throw new FaceError('SHUTTING_DOWN')
  })
  fastify.addHook('onSend', async (_request, reply) => {
    if (closing || retiring) reply.header('connection', 'close')
  })
  fastify.decorate('shutdown', {
    draining: () => closing || retiring || degraded.signal.aborted,
    degraded: degraded.signal,
    degrade: () => degraded.abort(),
    async retire () {
      retiring = true
      const left = once(fastify.server, 'close', { signal: AbortSignal.timeout(CLOSE_GRACE_MS) })
      // The close of an HTTP server would also cut the connections that are idle at this moment, whose next photo is
      // on its way.
      Server.prototype.close.call(fastify.server)
      await left.catch(() => {}) // A client that is silent for so long sends nothing now.
    }
  })
}, { name: 'shutdown' })
