import fp from 'fastify-plugin'
import { audited } from '../../src/audit/trail.ts'
import { createRetention } from '../../src/recognition/retention.ts'

/** Every process looks, and one a day deletes. */
const LOOK_MS = 3_600_000

/** With `RETENTION_DAYS`, users who were not seen for so long are announced by a metric and then deleted. */
export default fp(async function retentionPlugin (fastify) {
  const { auditTrail, config, documents, encodingStore: store, log, metrics, sightings } = fastify
  const days = config.RETENTION_DAYS
  let expiring = (): number => 0
  metrics.gauge(
    'face_users_expiring', 'max', 'Users whom RETENTION_DAYS will delete within a week unless they are seen',
    () => expiring()
  )
  if (days === undefined) return
  const retention = createRetention({
    days,
    store,
    sightings,
    documents,
    onExpire: (userKey, expire) => audited(
      auditTrail, { action: 'expire-user', actor: { id: 'RETENTION_DAYS', via: 'server' }, userKey }, expire
    )
  })
  expiring = retention.expiring

  async function look (): Promise<void> {
    try {
      const deleted = await retention.look()
      if (deleted !== null) log.info({ users: deleted }, 'users deleted who were not seen for RETENTION_DAYS')
    } catch (err) {
      log.error({ err }, 'users who were not seen for RETENTION_DAYS cannot be deleted')
    }
  }

  let looking: NodeJS.Timeout | undefined
  fastify.addHook('onReady', async () => {
    await look()
    looking = setInterval(look, LOOK_MS).unref()
  })
  fastify.addHook('onClose', async () => clearInterval(looking))
}, { name: 'retention', dependencies: ['audit', 'face-store', 'metrics', 'sightings'] })
