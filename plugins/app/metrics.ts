import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { createMetrics, type Metrics } from '../../src/observability/metrics.ts'

declare module 'fastify' {
  interface FastifyInstance {
    metrics: Metrics
  }
}

/** Counts a request that has ended, with or without a response. */
export function countRequest (request: FastifyRequest, reply: FastifyReply): void {
  request.server.metrics.requestDone(request.routeOptions.url ?? 'unknown', reply.outcome, reply.elapsedTime)
}

/** Figures for Prometheus; the route is in plugins/routes/metrics.ts. */
export default fp(async function metricsPlugin (fastify) {
  const metrics = createMetrics()
  fastify.decorate('metrics', metrics)
  // Every process has everybody in its gallery.
  metrics.gauge('face_enrolled_users', 'max', 'Users in the gallery', () => fastify.gallery.counts().users)
  metrics.gauge('face_enrolled_encodings', 'max', 'Encodings in the gallery', () => fastify.gallery.counts().encodings)
  metrics.gauge('face_users_to_reenroll', 'max', 'Users without an encoding of the present network', () => (
    fastify.gallery.counts().outdated
  ))
  metrics.gauge('face_damaged_records', 'max', 'Files in the quarantine, or damaged rows of the database', () => (
    fastify.encodingStore.damaged()
  ))
  metrics.gauge(
    'face_unreadable', 'max', 'Folders and records of the face data that are there and cannot be read',
    () => fastify.encodingStore.unreadable() + fastify.documents.unreadable()
  )
  metrics.gauge('face_processes', 'sum', 'Server processes', () => 1)
  metrics.gauge('face_threads', 'sum', 'Inference threads', () => fastify.config.INFERENCE_THREADS)
  metrics.gauge('face_threads_busy', 'sum', 'Inference threads with a photo', () => fastify.inference.load().running)
  metrics.gauge('face_photos_waiting', 'sum', 'Photos that wait for a thread', () => fastify.inference.load().waiting)
  fastify.addHook('onResponse', async (request, reply) => countRequest(request, reply))
  fastify.addHook('onClose', metrics.close)
}, { name: 'metrics', dependencies: ['error-handler'] })
