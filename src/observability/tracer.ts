import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { OnPart } from '../request-context.ts'
import { ConfigError } from '../config.ts'
import type { TraceContext } from './trace-context.ts'

/** How long a stop may wait for the collector. */
const FLUSH_MS_MAX = 3_000

/** What a span says beside its name and its time. Never a photo, an encoding, a user id or a key. */
export type Attributes = Readonly<Record<string, string | number>>

/** A request in a trace. */
export interface RequestSpan {
  readonly context: TraceContext
  /** Adds a part of the work as a span below this one. */
  onPart: OnPart
  /** Ends the request; `failed` says that the server is to blame. */
  end (attributes: Attributes, failed: boolean): void
}

/**
 * Sends spans to a collector. Those it does not take in time are dropped, so that neither memory nor requests suffer.
 */
export interface Tracer {
  /** Begins a request, below its parent if it has one. */
  startRequest (name: string, parent: TraceContext | null): RequestSpan
  /** Sends what is left, within {@link FLUSH_MS_MAX}. */
  close (): Promise<void>
}

export interface TracerOptions {
  /** Base address of an OTLP/HTTP collector. */
  endpoint: string
  version: string
  /** Called when spans cannot be delivered, and with null when they can again. */
  onDelivery: (err: Error | null) => void
}

/** Loads OpenTelemetry, which costs time and memory that nobody without a collector shall pay. */
async function loadSdk () {
  try {
    const [api, sdk, { OTLPTraceExporter }, resources] = await Promise.all([
      import('@opentelemetry/api'), import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-http'), import('@opentelemetry/resources')
    ])
    return { api, sdk, OTLPTraceExporter, resources }
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw err
    throw new ConfigError(
      'OTEL_EXPORTER_OTLP_ENDPOINT needs OpenTelemetry, which is not installed: npm ci --include=optional'
    )
  }
}

/** Says when the collector goes and comes, not every time. */
function watched (exporter: SpanExporter, onDelivery: TracerOptions['onDelivery']): SpanExporter {
  let delivers = true
  return {
    export: (spans, done) => exporter.export(spans, (result) => {
      const delivered = result.code === 0
      if (delivered !== delivers) onDelivery(delivered ? null : result.error ?? new Error('no reason given'))
      delivers = delivered
      done(result)
    }),
    shutdown: () => exporter.shutdown()
  }
}

/**
 * Starts to send spans. The sampler, the limits of the queue and the headers follow the `OTEL_…` variables, which the
 * SDK reads itself. Throws {@link ConfigError} when the SDK is not installed or the address is not valid.
 */
export async function startTracer ({ endpoint, version, onDelivery }: TracerOptions): Promise<Tracer> {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  if (!URL.canParse(url)) {
    const setting = `OTEL_EXPORTER_OTLP_ENDPOINT=${JSON.stringify(endpoint)}`
    throw new ConfigError(`${setting} is not allowed: not a valid address`)
  }
  const { api: { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace }, sdk, OTLPTraceExporter, resources } = await loadSdk()
  const exporter = new OTLPTraceExporter({ url })
  const provider = new sdk.BasicTracerProvider({
    resource: resources.defaultResource()
      .merge(resources.resourceFromAttributes({
        'service.name': 'face-recognition-server',
        'service.version': version,
        'process.pid': process.pid
      }))
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    spanProcessors: [new sdk.BatchSpanProcessor(watched(exporter, onDelivery))]
  })
  const tracer = provider.getTracer('face-recognition-server', version)

  return {
    startRequest (name, parent) {
      /** From `performance.now()` to the time of day; measured for each request, because that clock is never set. */
      const originMs = Date.now() - performance.now()
      const above = parent
        ? trace.setSpanContext(ROOT_CONTEXT, {
          traceId: parent.traceId,
          spanId: parent.spanId,
          traceFlags: parent.flags,
          isRemote: true
        })
        : ROOT_CONTEXT
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, startTime: originMs + performance.now() }, above)
      const here = trace.setSpan(ROOT_CONTEXT, span)
      const { traceId, spanId, traceFlags } = span.spanContext()
      return {
        context: { traceId, spanId, flags: traceFlags },
        onPart (part, startedAt, endedAt) {
          tracer.startSpan(part, { startTime: originMs + startedAt }, here).end(originMs + endedAt)
        },
        end (attributes, failed) {
          span.setAttributes(attributes)
          if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
          span.end(originMs + performance.now())
        }
      }
    },
    async close () {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => { timer = setTimeout(resolve, FLUSH_MS_MAX) })
      // A failed delivery was reported.
      await Promise.race([provider.shutdown().catch(() => {}), late])
      clearTimeout(timer)
    }
  }
}
