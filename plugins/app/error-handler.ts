import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { FaceError, type ErrorCode } from '../../src/errors.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** What came of the request: the error code answered with, else `ok` or what the route says. */
    outcome: string
  }
}

/** What the framework's own refusals are called here. */
const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  FST_REQ_FILE_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_NOT_FOUND: 'NOT_FOUND'
}

/** Which part of the request a schema complains about, and how: no value from the request is repeated. */
function validationMessage ({ validation = [], validationContext }: FastifyError): string {
  const path = validation[0]?.instancePath ?? ''
  // A value that fits none of several schemas is complained about once for each, and once for all of them.
  const complaints = validation.filter(({ instancePath, keyword }) => instancePath === path && keyword !== 'anyOf')
  const where = path ? path.slice(1).replaceAll('/', '.') : validationContext ?? 'request'
  return `${where}: ${complaints.map(({ message }) => message).join(' or ') || 'not valid'}`
}

/** Turns whatever was thrown into a coded error; what is not the client's fault becomes `INTERNAL_ERROR`. */
function codedError (err: FastifyError | FaceError): FaceError {
  if (err instanceof FaceError) return err
  if (err.validation) return new FaceError('INVALID_REQUEST', { message: validationMessage(err), cause: err })
  const known = FRAMEWORK_CODES[err.code]
  if (known) return new FaceError(known, { cause: err })
  if (err.statusCode !== undefined && err.statusCode >= 400 && err.statusCode < 500) {
    return new FaceError('INVALID_REQUEST', { cause: err })
  }
  return new FaceError('INTERNAL_ERROR', { cause: err })
}

/** Closes the connection, as its client wishes, but not before all of the request is read. */
function closeWhenRead ({ raw: request }: FastifyRequest, { raw: response }: FastifyReply): void {
  const close = (): void => request.socket.destroySoon()
  response.shouldKeepAlive = true
  response.once('finish', () => {
    if (request.complete) close()
    else request.once('end', close)
  })
}

/** What the client is told of a failure; what the operator should know of it is logged. */
export function report (err: FastifyError | FaceError, { log }: FastifyRequest): FaceError {
  const coded = codedError(err)
  const { statusCode, code } = coded
  // A refusal without a cause adds nothing to the request's own line, and under overload the lines cost time.
  const level = statusCode === 500 ? 'error' : statusCode > 500 && coded.cause !== undefined ? 'warn' : 'debug'
  log[level]({ err: coded.cause instanceof Error ? coded.cause : coded, code }, 'request failed')
  return coded
}

/** Answers every failure as `{success: false, message, code}`; details of a 5xx go to the log only. */
export function answerError (err: FastifyError | FaceError, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode, code, message, details, retryAfterSeconds } = report(err, request)
  if ((statusCode === 503 || statusCode === 429) && !reply.hasHeader('retry-after')) {
    reply.header('retry-after', retryAfterSeconds)
  }
  reply.outcome = code
  // Fastify would close the connection, and a client that is still sending might not see the answer. Instead Node reads
  // the rest.
  reply.removeHeader('connection')
  // Unless it is not to be read.
  const { shouldKeepAlive } = reply.raw
  if (request.raw.isPaused() || (request.raw.complete && !shouldKeepAlive)) reply.header('connection', 'close')
  else if (!shouldKeepAlive) closeWhenRead(request, reply)
  reply.code(statusCode).send({
    success: false, message, code, ...details, ...(statusCode === 500 ? { request_id: request.id } : {})
  })
}

/** One error shape for every route, known or not. */
export default fp(async function errorHandlerPlugin (fastify) {
  fastify.decorateReply('outcome', 'ok')
  // Plugins that were loaded before, such as the one behind /docs, have another kind of reply.
  fastify.addHook('onRequest', async (_request, reply) => { reply.outcome ??= 'ok' })
  fastify.setErrorHandler(answerError)
}, { name: 'error-handler' })
