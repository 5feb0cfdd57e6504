import fp from 'fastify-plugin'
import { createPairings, type Pairings } from '../../src/access/pairings.ts'
import { createSessions, type Session, type Sessions } from '../../src/access/sessions.ts'
import { assertNotForged } from '../browsers/own-page.ts'
import { shownToken } from '../browsers/session-cookie.ts'
import { shownKey } from './access.ts'

declare module 'fastify' {
  interface FastifyInstance {
    pairings: Pairings
    sessions: Sessions
  }
  interface FastifyRequest {
    /** Of the cookie that the request shows. */
    session: Session | undefined
  }
}

const TIDY_MS = 60_000

/** Sessions of browsers, recognised by their cookie where no key is shown, and pairings of kiosks. */
export default fp(async function sessionsPlugin (fastify) {
  const { access, config: { ADMIN_KEY }, documents, log } = fastify
  const sessions = createSessions({ documents, callerOf: access.callerOf, adminKey: ADMIN_KEY })
  fastify.decorate('sessions', sessions)
  fastify.decorate('pairings', createPairings(documents))
  fastify.decorateRequest('session', undefined)
  access.addWay((request) => {
    const token = shownKey(request) === undefined ? shownToken(request) : undefined
    const session = token === undefined ? undefined : sessions.find(token, request.ip)
    if (!session) return undefined
    assertNotForged(request, 'refused')
    request.session = session
    return session.caller
  })

  let tidying: NodeJS.Timeout | undefined
  fastify.addHook('onReady', async () => {
    tidying = setInterval(() => {
      sessions.tidy().catch((err: unknown) => log.warn({ err }, 'use of sessions not stored'))
    }, TIDY_MS).unref()
  })
  fastify.addHook('onClose', async () => clearInterval(tidying))
}, { name: 'sessions', dependencies: ['access'] })
