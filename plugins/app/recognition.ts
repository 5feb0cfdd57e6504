import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { RequestContext } from '../../src/request-context.ts'
import { calibrationOf } from '../../src/networks/find-network.ts'
import { shareLookup } from '../../src/cluster/shared-lookup.ts'
import { createCandidates } from '../../src/recognition/candidates.ts'
import { createComparing, type Comparing } from '../../src/recognition/comparison.ts'
import { createDetect, type Detect } from '../../src/recognition/detection.ts'
import { createDecisionRule, type DecisionRule } from '../../src/recognition/decision.ts'
import { createRecentChanges } from '../../src/recognition/recent-changes.ts'
import { createRecentRecognitions } from '../../src/recognition/recent-recognitions.ts'
import { createRecognition, type Recognition } from '../../src/recognition/recognition.ts'
import { createRejections, type Rejections } from '../../src/recognition/rejections.ts'

declare module 'fastify' {
  interface FastifyInstance {
    recognition: Recognition
    comparing: Comparing
    detect: Detect
    rejections: Rejections
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
  const changes = createRecentChanges(store)
  const candidates = createCandidates({ config, gallery, changes, network, previous })
  const recent = createRecentRecognitions()
  store.onChange(({ key, record }) => { if (!record) recent.forget(key) })
  fastify.decorate('recognition', createRecognition({
    config, network, previous, decision, inference, store, gallery, sightings, changes, candidates, recent
  }))
  fastify.decorate('rejections', createRejections({
    inference, store, candidates, findRecognition: shareLookup(recent.get)
  }))
  fastify.decorate('comparing', createComparing({ config, network, previous, inference, gallery, candidates }))
  fastify.decorate('detect', createDetect({ config, inference }))
  let measuring: NodeJS.Timeout | undefined
  fastify.addHook('onReady', async () => {
    await decision.measureSite()
    measuring = setInterval(() => {
      decision.measureSite().catch((err: unknown) => fastify.log.error({ err }, 'decision'))
    }, SITE_MS).unref()
  })
  fastify.addHook('onClose', async () => {
    clearInterval(measuring)
    recent.close()
  })
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
