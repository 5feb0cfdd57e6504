import fp from 'fastify-plugin'
import { FaceError } from '../../src/errors.ts'
import { createNetworkChoice } from '../../src/recognition/network-choice.ts'

const OUTDATED = 'the network of this store is another one now: restart this server with it'

/** Sees to it that all servers of a store use one network, once the models of this one are loaded. */
export default fp(async function networkChoicePlugin (fastify) {
  const { documents, log, metrics, network } = fastify
  const choice = createNetworkChoice(documents, network)
  metrics.gauge(
    'face_network_outdated', 'max', '1 if another network was chosen since this server started',
    () => Number(choice.isOutdated())
  )

  let staying: NodeJS.Timeout | undefined
  let wasOutdated = false
  documents.onChange(({ collection }) => {
    if (staying === undefined || collection !== 'settings' || choice.isOutdated() === wasOutdated) return
    wasOutdated = !wasOutdated
    if (wasOutdated) log.warn({ model: network.id }, OUTDATED)
  })
  fastify.addHook('onReady', async () => {
    await choice.join().catch((err: unknown) => {
      if (!(err instanceof FaceError)) throw err
      // As with a folder that is read-only: everything works but the agreement.
      log.warn({ err }, 'the network of the servers cannot be recorded')
    })
    // Others count on three times the interval, and for processes of one host on nothing of it.
    staying = setInterval(() => { choice.stay().catch(() => {}) }, choice.aliveMs).unref()
  })
  fastify.addHook('onClose', async () => {
    clearInterval(staying)
    if (staying) await choice.leave().catch(() => {})
  })
}, { name: 'network-choice', dependencies: ['face-store', 'inference', 'metrics'] })
