import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { shareMetrics } from '../cluster/primary-link.ts'
import { VERSION } from '../config.ts'

/** The server's figures for Prometheus, which docs/operations.md explains. No label ever holds a user id. */
export interface Metrics {
  readonly contentType: string
  /** In the text format; in a cluster the sums of all processes. */
  text (): Promise<string>
  /** Adds a figure that is read when it is asked for; `aggregator` makes one of those of all processes. */
  gauge (name: string, aggregator: 'max' | 'min' | 'sum', help: string, read: () => number | Promise<number>): void
  /** `route` is its pattern, never the address; `outcome` is an error's code or what the route says. */
  requestDone (route: string, outcome: string, ms: number): void
  /** One of the photos of a request with several. */
  photoAnswered (route: string, outcome: string): void
  /** How many faces were found in a photo all of whose faces were wanted. */
  facesFound (count: number): void
  /** What came of one of the faces of a photo. */
  faceNamed (outcome: string): void
  /** Milliseconds that a photo waited for a thread, and that each of its stages took. */
  photoDone (waitedMs: number, stages: Readonly<Record<string, number>>): void
  /** 0..1. */
  recognized (confidence: number): void
  /** 0..1. */
  registered (quality: number): void
  storeDone (operation: string, outcome: string, ms: number): void
  threadReplaced (): void
  /** A request was refused for its key, or for want of one. */
  authFailed (reason: AuthFailure): void
  /** An upload was cut off because nothing arrived, or because it was the slowest when memory was short. */
  uploadCutOff (reason: 'stalled' | 'slow'): void
  close (): Promise<void>
}

/** What was wrong with a key: `limited` is a wrong one too many of its address. */
const AUTH_FAILURES = ['missing', 'wrong', 'limited', 'forbidden'] as const
export type AuthFailure = typeof AUTH_FAILURES[number]

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30]
const STAGE_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]
const WAIT_SECONDS = [0.001, 0.0025, ...REQUEST_SECONDS]
const STORE_SECONDS = [0.0005, 0.001, 0.0025, ...REQUEST_SECONDS]
/** Steps of 0.05. */
const SHARES = Array.from({ length: 20 }, (_, i) => (i + 1) / 20)
const FACES = [0, 1, 2, 3, 5, 10, 20, 32]
/** Finer, the sampling would be all that an idle server does. */
const EVENT_LOOP_SAMPLE_MS = 200

/** Makes the figures, those of the process included. */
export function createMetrics (): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const shared = shareMetrics(registry)
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS })
  new Gauge({
    name: 'face_build_info',
    help: 'Always 1; the version is a label',
    labelNames: ['version'],
    aggregator: 'first',
    registers
  }).set({ version: VERSION }, 1)

  const requests = new Histogram({
    name: 'face_http_request_seconds',
    help: 'Requests by route and outcome',
    labelNames: ['route', 'outcome'],
    buckets: REQUEST_SECONDS,
    registers
  })
  const waited = new Histogram({
    name: 'face_photo_wait_seconds',
    help: 'Time that photos waited for a thread',
    buckets: WAIT_SECONDS,
    registers
  })
  const stage = new Histogram({
    name: 'face_photo_stage_seconds',
    help: 'Time that each stage of a photo took',
    labelNames: ['stage'],
    buckets: STAGE_SECONDS,
    registers
  })
  const answered = new Counter({
    name: 'face_batch_photos_total',
    help: 'Photos of requests with several photos, by route and outcome',
    labelNames: ['route', 'outcome'],
    registers
  })
  const faces = new Histogram({
    name: 'face_faces_found',
    help: 'Faces in photos all of whose faces were wanted',
    buckets: FACES,
    registers
  })
  const named = new Counter({
    name: 'face_faces_named_total',
    help: 'Faces of photos all of whose faces were to be named, by outcome',
    labelNames: ['outcome'],
    registers
  })
  const confidence = new Histogram({
    name: 'face_recognition_confidence',
    help: 'Confidence of recognised faces',
    buckets: SHARES,
    registers
  })
  const quality = new Histogram({
    name: 'face_registration_quality',
    help: 'Overall quality of registered faces',
    buckets: SHARES,
    registers
  })
  const store = new Histogram({
    name: 'face_store_operation_seconds',
    help: 'Operations of the encoding store by outcome',
    labelNames: ['operation', 'outcome'],
    buckets: STORE_SECONDS,
    registers
  })
  const replaced = new Counter({
    name: 'face_threads_replaced_total',
    help: 'Inference threads that died or hung and were replaced',
    registers
  })
  const cutOff = new Counter({
    name: 'face_uploads_cut_off_total',
    help: 'Uploads that were cut off, by reason',
    labelNames: ['reason'],
    registers
  })
  for (const reason of ['stalled', 'slow']) cutOff.inc({ reason }, 0)

  const authFailures = new Counter({
    name: 'face_auth_failures_total',
    help: 'Requests that were refused for their key, by reason',
    labelNames: ['reason'],
    registers
  })
  for (const reason of AUTH_FAILURES) authFailures.inc({ reason }, 0)

  return {
    contentType: registry.contentType,
    text: shared.text,
    gauge (name, aggregator, help, read) {
      registry.registerMetric(new Gauge({
        name,
        aggregator,
        help,
        registers: [],
        async collect () { this.set(await read()) }
      }))
    },
    requestDone: (route, outcome, ms) => requests.observe({ route, outcome }, ms / 1000),
    photoAnswered: (route, outcome) => answered.inc({ route, outcome }),
    faceNamed: (outcome) => named.inc({ outcome }),
    facesFound: (count) => faces.observe(count),
    photoDone (waitedMs, stages) {
      waited.observe(waitedMs / 1000)
      for (const [name, ms] of Object.entries(stages)) stage.observe({ stage: name }, ms / 1000)
    },
    recognized: (value) => confidence.observe(value),
    registered: (value) => quality.observe(value),
    storeDone: (operation, outcome, ms) => store.observe({ operation, outcome }, ms / 1000),
    threadReplaced: () => replaced.inc(),
    authFailed: (reason) => authFailures.inc({ reason }),
    uploadCutOff: (reason) => cutOff.inc({ reason }),
    close: shared.close
  }
}
