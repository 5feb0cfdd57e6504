import type { Server } from 'node:https'
import type { TLSSocket } from 'node:tls'
import fp from 'fastify-plugin'
import { followCertificate } from '../../src/tls/follow-certificate.ts'
import type { ServerCertificate } from '../../src/tls/server-certificate.ts'

/** Takes a new certificate when its files change: connections that are open go on with the one that they have. */
export default fp(async function tlsPlugin (fastify) {
  const { certificate: first, config, log } = fastify
  fastify.metrics.gauge(
    'face_tls_certificate_expiry_timestamp_seconds', 'min', 'When the certificate in use ends, in Unix time',
    () => fastify.certificate === null ? Infinity : fastify.certificate.expiresAt.getTime() / 1000
  )
  if (first === null) return
  const report = ({ chain: [{ fingerprint256 }], expiresAt }: ServerCertificate): void => {
    const isExpired = expiresAt.getTime() < Date.now()
    log[isExpired ? 'error' : 'info']({ fingerprint256, expiresAt }, isExpired
      ? 'the certificate has expired'
      : 'certificate in use')
  }
  // Before Node calls it an error of HTTP: there is nobody to answer.
  fastify.server.prependListener('tlsClientError', ({ code }: NodeJS.ErrnoException, socket: TLSSocket) => {
    log.debug({ code }, 'no TLS')
    socket.destroy()
  })
  let following: ReturnType<typeof followCertificate> | undefined
  fastify.addHook('onReady', async () => {
    report(first)
    following = followCertificate({
      config,
      current: first,
      onChange (certificate) {
        (fastify.server as Server).setSecureContext(certificate.context)
        fastify.certificate = certificate
        report(certificate)
      },
      onFailure: (err) => log.error({ err }, 'certificate not taken: the one in use stays')
    })
  })
  fastify.addHook('onClose', async () => following?.close())
}, { name: 'tls', dependencies: ['metrics'] })
