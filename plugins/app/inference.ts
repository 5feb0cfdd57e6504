import fp from 'fastify-plugin'
import { createInferencePool, type Inference } from '../../src/inference/inference-pool.ts'

declare module 'fastify' {
  interface FastifyInstance {
    inference: Inference
  }
}

/** The inference threads; the server is ready when each has its models warm. */
export default fp(async function inferencePlugin (fastify) {
  const log = fastify.log.child({ part: 'pool' })
  const inference = createInferencePool({
    config: fastify.config,
    gallery: fastify.gallery,
    network: fastify.network,
    previous: fastify.previousNetwork,
    onPhoto: fastify.metrics.photoDone,
    onThreadError (err) {
      log.error({ err }, 'inference thread replaced')
      fastify.metrics.threadReplaced()
    },
    onDegraded (err) {
      log.fatal({ err }, 'inference thread lost: this process must be replaced')
      fastify.shutdown.degrade()
    }
  })
  fastify.decorate('inference', inference)
  // The threads load their models while the other plugins are loaded; onReady reports a failure.
  const started = inference.start()
  started.catch(() => {})
  fastify.addHook('onReady', async () => {
    const { engine, notice } = await started
    if (notice) log.warn(notice)
    log.info({ threads: fastify.config.INFERENCE_THREADS, engine }, 'models are warm')
  })
  fastify.addHook('onClose', () => inference.close())
}, { name: 'inference', dependencies: ['face-store', 'metrics', 'shutdown'] })
