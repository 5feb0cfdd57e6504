import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { shareMetrics } from '../../src/cluster/primary-link.ts'
import { VERSION } from '../../src/version.ts'

declare module 'fastify' {
  interface FastifyInstance {
    metrics: Metrics
  }
}

/** What other plugins report. No label ever holds a user id. */
export interface Metrics {
  /** In the text format; in a cluster the sums of all processes. */
  text (): Promise<string>
  readonly contentType: string
  /** For a request that ends without a response. */
  requestDone (request: FastifyRequest, reply: FastifyReply): void
  /** Milliseconds that a photo waited for a thread, and that each of its stages took. */
  photoDone (waitedMs: number, stages: Readonly<Record<string, number>>): void
  /** 0..1. */
  recognized (confidence: number): void
  /** 0..1. */
  registered (quality: number): void
  fileQuarantined (): void
}

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30]
const STAGE_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]
const SHARES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
/** Finer, the sampling would be all that an idle server does. */
const EVENT_LOOP_SAMPLE_MS = 200

/** Figures for Prometheus; the route is in plugins/routes/metrics.ts. */
export default fp(async function metricsPlugin (fastify) {
  const registry = new Registry()
  const registers = [registry]
  const shared = shareMetrics(registry)
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS })
  new Gauge({ name: 'face_build_info', help: 'Always 1; the version is a label', labelNames: ['version'], aggregator: 'first', registers })
    .set({ version: VERSION }, 1)

  const requests = new Histogram({
    name: 'face_http_request_seconds', help: 'Requests by route and outcome', labelNames: ['route', 'outcome'], buckets: REQUEST_SECONDS, registers
  })
  const waited = new Histogram({ name: 'face_photo_wait_seconds', help: 'Time that photos waited for a thread', buckets: STAGE_SECONDS, registers })
  const stage = new Histogram({
    name: 'face_photo_stage_seconds', help: 'Time that each stage of a photo took', labelNames: ['stage'], buckets: STAGE_SECONDS, registers
  })
  const confidence = new Histogram({ name: 'face_recognition_confidence', help: 'Confidence of recognised faces', buckets: SHARES, registers })
  const quality = new Histogram({ name: 'face_registration_quality', help: 'Overall quality of registered faces', buckets: SHARES, registers })
  const quarantined = new Counter({ name: 'face_quarantined_files_total', help: 'Damaged files that were set aside', registers })

  // Every process has everybody in its gallery.
  const gauges: Array<[name: string, aggregator: 'max' | 'sum', help: string, read: () => number]> = [
    ['face_enrolled_users', 'max', 'Users in the gallery', () => fastify.gallery.counts().users],
    ['face_enrolled_encodings', 'max', 'Encodings in the gallery', () => fastify.gallery.counts().encodings],
    ['face_users_to_reenroll', 'max', 'Users without an encoding of the present network', () => fastify.gallery.counts().outdated],
    ['face_processes', 'sum', 'Server processes', () => 1],
    ['face_threads', 'sum', 'Inference threads', () => fastify.config.INFERENCE_THREADS],
    ['face_threads_busy', 'sum', 'Inference threads with a photo', () => fastify.inference.load().running],
    ['face_photos_waiting', 'sum', 'Photos that wait for a thread', () => fastify.inference.load().waiting]
  ]
  for (const [name, aggregator, help, read] of gauges) {
    registry.registerMetric(new Gauge({ name, aggregator, help, registers: [], collect () { this.set(read()) } }))
  }

  function requestDone (request: FastifyRequest, reply: FastifyReply): void {
    requests.observe({ route: request.routeOptions.url ?? 'unknown', outcome: reply.outcome }, reply.elapsedTime / 1000)
  }
  fastify.addHook('onResponse', async (request, reply) => requestDone(request, reply))
  fastify.addHook('onClose', shared.close)
  fastify.decorate('metrics', {
    text: shared.text,
    contentType: registry.contentType,
    requestDone,
    photoDone (waitedMs, stages) {
      waited.observe(waitedMs / 1000)
      for (const [name, ms] of Object.entries(stages)) stage.observe({ stage: name }, ms / 1000)
    },
    recognized: (value) => confidence.observe(value),
    registered: (value) => quality.observe(value),
    fileQuarantined: () => quarantined.inc()
  })
}, { name: 'metrics', dependencies: ['error-handler'] })
