import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { ERRORS, FaceError, type ErrorCode } from '../../src/errors.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Answers what Node cannot read as HTTP, or what did not arrive in time, and closes the connection. */
    answerClientError (err: Error & { code?: string }, socket: Socket): void
    /** Answers a request whose address cannot be decoded; no hook runs for it. */
    answerBadAddress (request: FastifyRequest, reply: FastifyReply): void
  }
}

interface Exchange { request: FastifyRequest, reply: FastifyReply }

/**
 * Answers errors that occur before any route or hook sees a request, in the shape of every other error; logged and
 * counted.
 */
export default fp(async function clientErrorPlugin (fastify) {
  /** The latest of each connection. */
  const exchanges = new WeakMap<Socket, Exchange>()
  fastify.addHook('onRequest', async (request, reply) => { exchanges.set(request.raw.socket, { request, reply }) })

  function record (log: FastifyRequest['log'], method: string | undefined, code: ErrorCode): void {
    log.info({ method, route: 'unknown', status: ERRORS[code][0], outcome: code, durationMs: 0 }, 'request')
    fastify.metrics.requestDone('unknown', code, 0)
  }

  function answerRaw (socket: Socket, code: ErrorCode): void {
    const [status, message] = ERRORS[code]
    const body = JSON.stringify({ success: false, message, code })
    socket.end([
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Connection: close',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body
    ].join('\r\n'))
    record(fastify.log, undefined, code)
  }

  fastify.decorate('answerClientError', (err: Error & { code?: string }, socket: Socket) => {
    const { request, reply } = exchanges.get(socket) ?? {}
    const isBodyArriving = request?.raw.complete === false
    const code: ErrorCode = err.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'REQUEST_TIMEOUT' : 'INVALID_REQUEST'
    const isClosed = !socket.writable || err.code === 'ECONNRESET' ||
      (isBodyArriving && err.code === 'HPE_INVALID_EOF_STATE')
    // It is watched by who reads it.
    if (isBodyArriving && code === 'REQUEST_TIMEOUT' && request.routeOptions.config.takesImport) return
    // Nobody waits for an answer, or it was sent before all of the body had come.
    if (isClosed || (isBodyArriving && reply?.raw.headersSent)) {
      socket.destroy()
      return
    }
    if (!request || !reply || (request.raw.complete && reply.raw.writableFinished)) return answerRaw(socket, code)
    // Its own answer ends the connection, and is the one that is logged and counted.
    request.raw.pause()
    reply.raw.shouldKeepAlive = false
    request.upload?.cutOff(new FaceError(code))
  })

  fastify.decorate('answerBadAddress', (request: FastifyRequest, reply: FastifyReply) => {
    const code = 'INVALID_REQUEST'
    const [status, message] = ERRORS[code]
    record(request.log, request.method, code)
    reply.code(status).header('x-request-id', request.id).send({ success: false, message, code })
  })
}, { name: 'client-error', dependencies: ['metrics', 'request-log'] })
