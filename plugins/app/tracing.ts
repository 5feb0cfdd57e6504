import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { readTraceparent, traceparent } from '../../src/observability/trace-context.ts'
import { startTracer, type RequestSpan } from '../../src/observability/tracer.ts'
import { VERSION } from '../../src/config.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The request in its trace; null if it is not traced. */
    span: RequestSpan | null
  }
}

/** Without its address: that would name the user. */
export function endSpan (request: FastifyRequest, reply: FastifyReply): void {
  request.span?.end({
    'http.request.method': request.method,
    'http.route': request.routeOptions.url ?? 'unknown',
    'http.response.status_code': reply.statusCode,
    'face.outcome': reply.outcome
  }, reply.statusCode >= 500)
}

/** Probes and scrapes come all the time and mean nothing to anybody. */
const isTraced = ({ routeOptions }: FastifyRequest): boolean =>
  routeOptions.schema?.tags?.some((tag) => tag === 'faces' || tag === 'users') === true

/**
 * Continues the trace of clients that send `traceparent`: in the log lines, in the reply (`traceresponse`, as proposed
 * for the next level of the standard) and, if there is a collector, in spans of our own.
 */
export default fp(async function tracingPlugin (fastify) {
  const log = fastify.log.child({ part: 'tracing' })
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = fastify.config
  const tracer = endpoint === undefined
    ? null
    : await startTracer({
      endpoint,
      version: VERSION,
      onDelivery (err) {
        if (err) log.warn({ err }, 'traces cannot be delivered')
        else log.info('traces are delivered again')
      }
    })
  fastify.decorateRequest('span', null)
  fastify.addHook('onRequest', async (request, reply) => {
    const parent = readTraceparent(request.headers['traceparent'])
    if (tracer && isTraced(request)) {
      request.span = tracer.startRequest(`${request.method} ${request.routeOptions.url}`, parent)
    }
    const context = request.span?.context ?? parent
    if (!context) return
    request.log = reply.log = request.log.child({ trace_id: context.traceId })
    reply.header('traceresponse', traceparent(context))
  })
  fastify.addHook('onResponse', async (request, reply) => endSpan(request, reply))
  fastify.addHook('onClose', async () => tracer?.close())
}, { name: 'tracing', dependencies: ['error-handler'] })
