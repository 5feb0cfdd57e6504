import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { RequestContext } from '../../src/request-context.ts'
import { calibrationOf } from '../../src/networks/find-network.ts'
import { createComparing, type Comparing } from '../../src/recognition/comparison.ts'
import { createDetect, type Detect } from '../../src/recognition/detection.ts'
import { createDecisionRule, type DecisionRule } from '../../src/recognition/decision.ts'
import { createRecognition, type Recognition } from '../../src/recognition/recognition.ts'

declare module 'fastify' {
  interface FastifyInstance {
    recognition: Recognition
    comparing: Comparing
    detect: Detect
    decision: DecisionRule
  }
  interface FastifyRequest {
    /** Of this request, for the use cases. */
    readonly context: RequestContext
  }
}

/** So often it is looked whether people have changed by so much that they are measured again. */
const SITE_MS = 60_000

/** The use cases that the routes call, and the rule by which they name somebody. */
export default fp(async function recognitionPlugin (fastify) {
  const {
    config, network, previousNetwork: previous, inference, encodingStore: store, gallery, sightings, metrics
  } = fastify
  const decision = createDecisionRule({ config, calibration: calibrationOf(network), gallery })
  metrics.gauge('face_tolerance', 'min', 'Distance up to which a face is named now', () => decision.current().tolerance)
  metrics.gauge('face_tolerance_by_table', 'min', 'The same, by calibration and number of encodings', () => (
    decision.current().byTable
  ))
  metrics.gauge('face_tolerance_by_site', 'min', 'The same, moved by how alike the enrolled people are', () => {
    const { byTable, bySite } = decision.current()
    return bySite ?? byTable
  })
  fastify.decorate('decision', decision)
  fastify.decorate('recognition', createRecognition({
    config, network, previous, decision, inference, store, gallery, sightings
  }))
  fastify.decorate('comparing', createComparing({ config, network, previous, inference, gallery }))
  fastify.decorate('detect', createDetect({ config, inference }))
  let measuring: NodeJS.Timeout | undefined
  fastify.addHook('onReady', async () => {
    await decision.measureSite()
    measuring = setInterval(() => {
      decision.measureSite().catch((err: unknown) => fastify.log.error({ err }, 'decision'))
    }, SITE_MS).unref()
  })
  fastify.addHook('onClose', async () => clearInterval(measuring))
  fastify.decorateRequest('context', {
    getter (this: FastifyRequest) {
      const {
        disconnectSignal: signal, intent: intended, caller, isPhotoTaken, remembered, upload, span
      } = this
      return {
        signal,
        caller,
        ...intended && { intended },
        ...remembered && { isRepeat: remembered.request.isRepeat, receipt: remembered.receipt },
        ...isPhotoTaken && upload && { onPhotoReleased: upload.release },
        ...span && { onPart: span.onPart }
      }
    }
  })
}, {
  name: 'recognition',
  dependencies: [
    'access', 'audit', 'disconnect', 'face-store', 'idempotency', 'inference', 'photo-upload', 'sightings',
    'tracing'
  ]
})
