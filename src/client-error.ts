import type { Socket } from 'node:net'
import { ERRORS, type ErrorCode } from './errors.ts'

const REASONS: Readonly<Record<number, string>> = { 400: 'Bad Request', 408: 'Request Timeout' }

/**
 * Answers what Node cannot read as HTTP, or what did not arrive in time, in the shape of every other error, and closes
 * the connection.
 */
export function answerClientError (err: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || err.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const code: ErrorCode = err.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'REQUEST_TIMEOUT' : 'INVALID_REQUEST'
  const [status, message] = ERRORS[code]
  const body = JSON.stringify({ success: false, message, code })
  socket.end([
    `HTTP/1.1 ${status} ${REASONS[status]}`, 'Connection: close', 'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`, '', body
  ].join('\r\n'))
}
