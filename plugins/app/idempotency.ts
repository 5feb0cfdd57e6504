import { createHash, hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { ERRORS, FaceError } from '../../src/errors.ts'
import { createRequests } from '../../src/store/create-store.ts'
import { refusalOf, type OpenRequest, type RequestMemory } from '../../src/store/requests/request-memory.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes no `Idempotency-Key`: its answer is secret, or a stream. */
    isIdempotencyRefused?: boolean
    /** The answer names the user, and is not kept: for a repeat the handler answers anew, see `request.isDone`. */
    answersAnew?: boolean
  }
  interface FastifyInstance {
    requests: RequestMemory
  }
  interface FastifyRequest {
    /** The same request has made its change before; only of routes that answer anew. */
    isDone: boolean
    /** The request as it is remembered while it is worked on; null without an `Idempotency-Key`. */
    remembered: { request: OpenRequest, receipt: string, hasFailed: boolean } | null
  }
}

const KEY = /^[!-~]{1,255}$/
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']
const HEADERS = ['content-type', 'etag'] as const

/** Of a request that is sent while the first one is in work. */
const RETRY_SECONDS = 1

const ID_CHARACTERS = 32

/** Of all that the request asks for, in whatever body its photo came. */
function fingerprintOf (request: FastifyRequest): string {
  const { method, routeOptions, params, query, headers, body, photos } = request
  const { photo, photos: texts, ...fields } = (body ?? {}) as Record<string, unknown>
  const asked = [method, routeOptions.url, params, query, headers['if-match'] ?? null, photos ? fields : body ?? null]
  const sum = createHash('sha256').update(JSON.stringify(asked))
  for (const one of photos ?? []) {
    sum.update(`\n${one instanceof FaceError ? one.code : one.byteLength}\n`)
    if (!(one instanceof FaceError)) sum.update(new Uint8Array(one))
  }
  return sum.digest('hex')
}

/** Answers from memory, or marks the request as in work. Throws for a key that is in use. */
async function begin (request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const key = request.headers['idempotency-key']
  if (key === undefined || SAFE_METHODS.includes(request.method)) return undefined
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new FaceError('INVALID_REQUEST', { message: 'Idempotency-Key: send 1 to 255 characters of ASCII' })
  }
  if (request.routeOptions.config.isIdempotencyRefused) {
    throw new FaceError('INVALID_REQUEST', { message: 'Idempotency-Key: this request takes none, leave it out' })
  }
  const fingerprint = fingerprintOf(request)
  const id = hash('sha256', JSON.stringify([request.caller?.id ?? null, key]), 'hex').slice(0, ID_CHARACTERS)
  const arrival = await request.server.requests.begin(id, fingerprint)
  if (arrival.state === 'new') {
    const receipt = hash('sha256', id + fingerprint, 'hex').slice(0, ID_CHARACTERS)
    request.remembered = { request: arrival.request, receipt, hasFailed: false }
  } else if (arrival.state === 'answered') {
    reply.outcome = 'repeated'
    const { status, headers, body } = arrival.answer
    reply.header('idempotent-replayed', 'true')
    if (!request.routeOptions.config.answersAnew) return reply.code(status).headers(headers).send(Buffer.from(body))
    request.isDone = true
  } else {
    if (arrival.state === 'in-progress') reply.header('retry-after', RETRY_SECONDS)
    throw refusalOf(arrival.state)
  }
  return undefined
}

/** Before the answer is sent, it is remembered. What failed has changed nothing, unless a 5xx says otherwise. */
async function end (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<void> {
  const { remembered } = request
  if (!remembered) return
  request.remembered = null
  const { statusCode } = reply
  try {
    if (!remembered.hasFailed && typeof payload === 'string') {
      const kept = request.routeOptions.config.answersAnew ? [] : HEADERS.filter((name) => reply.hasHeader(name))
      const headers = kept.map((name) => [name, String(reply.getHeader(name))])
      // The client may be gone by now: it will ask again.
      const status = statusCode === ERRORS.CLIENT_GONE[0] ? 200 : statusCode
      const body = request.routeOptions.config.answersAnew ? '' : payload
      await remembered.request.answered({ status, headers: Object.fromEntries(headers), body })
    } else if (statusCode < 500) await remembered.request.forget()
    else await remembered.request.leave()
  } catch (err) {
    request.log.warn({ err }, 'answer not remembered')
  }
}

/**
 * `Idempotency-Key`: a request that changes something and is sent twice does it once, and is answered the same. What
 * becomes of it in a crash: docs/api.md, Retries.
 */
export default fp(async function idempotencyPlugin (fastify) {
  const requests = createRequests(fastify.config)
  fastify.decorate('requests', requests)
  fastify.decorateRequest('remembered', null)
  fastify.decorateRequest('isDone', false)
  fastify.addHook('preHandler', begin)
  fastify.addHook('onError', async ({ remembered }) => { if (remembered) remembered.hasFailed = true })
  fastify.addHook('onSend', async (request, reply, payload) => {
    await end(request, reply, payload)
    return payload
  })
  fastify.addHook('onReady', requests.open)
  fastify.addHook('onClose', requests.close)
}, { name: 'idempotency', dependencies: ['access', 'error-handler', 'face-store', 'photo-upload'] })
