import { TLSSocket } from 'node:tls'
import fp from 'fastify-plugin'
import { FaceError } from '../../src/errors.ts'
import type { Caller } from '../../src/access/roles.ts'
import { certificateCaller, parseUnitRoles } from '../../src/tls/client-certificate.ts'
import { assertNotForged } from '../browsers/own-page.ts'
import { shownKey } from './access.ts'

/** What the certificate of a connection says. */
interface Shown {
  isTrusted: boolean
  /** In milliseconds. */
  validUntil: number
  caller: Caller | undefined
}

/** Recognises who shows a certificate of `TLS_CLIENT_CA_FILE`, where neither a key nor a session says more. */
export default fp(async function clientCertificatesPlugin (fastify) {
  const { TLS_CLIENT_CA_FILE, TLS_CLIENT_ROLES } = fastify.config
  if (TLS_CLIENT_CA_FILE === undefined) return
  const roles = parseUnitRoles(TLS_CLIENT_ROLES)
  const byConnection = new WeakMap<TLSSocket, Shown | null>()

  function read (socket: TLSSocket): Shown | null {
    const certificate = socket.getPeerCertificate()
    if (Object.keys(certificate).length === 0) return null
    return {
      isTrusted: socket.authorized,
      validUntil: Date.parse(certificate.valid_to),
      caller: certificateCaller(certificate, roles)
    }
  }

  fastify.access.addWay((request) => {
    const { socket } = request.raw
    if (!(socket instanceof TLSSocket) || shownKey(request) !== undefined) return undefined
    let shown = byConnection.get(socket)
    if (shown === undefined) byConnection.set(socket, shown = read(socket))
    // Browsers show one without being asked to, also for a page that anybody may see.
    if (shown === null || request.routeOptions.config.role === 'anybody') return undefined
    if (!shown.isTrusted || shown.validUntil <= Date.now()) throw new FaceError('UNAUTHORIZED')
    if (shown.caller) assertNotForged(request, 'allowed')
    return shown.caller
  })
}, { name: 'client-certificates', dependencies: ['access', 'sessions'] })
