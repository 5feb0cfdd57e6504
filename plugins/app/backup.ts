import fp from 'fastify-plugin'
import { audited } from '../../src/audit/trail.ts'
import { createBackups } from '../../src/backup/backups.ts'
import { createStoredUsers } from '../../src/store/create-store.ts'
import { parseDataKeys } from '../../src/store/record/seal.ts'

/** A document of the collection `settings`: when a process last began a backup. */
const LEASE = 'backup'
const LOOK_MS = 600_000
const HOUR_MS = 3_600_000
/** Some lateness is no failure: a server may have been off. */
const OVERDUE = 2

/** With `BACKUP_DIR`, one of all server processes makes a backup every `BACKUP_HOURS`. */
export default fp(async function backupPlugin (fastify) {
  const { auditTrail, config, documents, log, metrics } = fastify
  const { BACKUP_DIR: dir, BACKUP_HOURS, BACKUP_KEEP: keep } = config
  let isOverdue = async (): Promise<boolean> => false
  metrics.gauge(
    'face_backup_overdue', 'max', '1 if BACKUP_DIR has no backup of the last two intervals',
    async () => Number(await isOverdue().catch(() => true))
  )
  if (dir === undefined) return
  const intervalMs = BACKUP_HOURS * HOUR_MS
  const stored = createStoredUsers(config)
  const backups = createBackups({ dir, keep, keys: parseDataKeys(config.FACE_DATA_KEY), stored, documents })
  const startedAt = Date.now()
  const closing = new AbortController()
  isOverdue = async () => Date.now() - (await backups.newestAt() ?? startedAt) > OVERDUE * intervalMs

  /** Whether this process is the one that makes the next backup. */
  async function takeLease (): Promise<boolean> {
    let isTaken = false
    await documents.update('settings', LEASE, (present) => {
      const at = Number(present?.['at'] ?? 0)
      isTaken = Date.now() - at >= intervalMs
      return isTaken ? { at: Date.now() } : present
    })
    return isTaken
  }

  async function make (): Promise<void> {
    const begunAt = performance.now()
    const actor = { id: 'BACKUP_DIR', via: 'server' }
    const made = await audited(
      auditTrail, { action: 'backup', actor }, () => backups.make(closing.signal), ({ users }) => ({ users })
    )
    const pruned = await backups.prune()
    log.info({ ...made, pruned, durationMs: Math.round(performance.now() - begunAt) }, 'backup made')
  }

  async function look (): Promise<void> {
    try {
      if (!await takeLease()) return
      await make().catch(async (err: unknown) => {
        // Another look, of any process, tries again.
        await documents.update('settings', LEASE, () => null)
        throw err
      })
    } catch (err) {
      if (!closing.signal.aborted) log.error({ err }, 'backup failed')
    }
  }

  let looking: NodeJS.Timeout | undefined
  let working: Promise<void> | undefined
  fastify.addHook('onReady', async () => {
    const begin = (): void => { working = look() }
    begin()
    looking = setInterval(begin, LOOK_MS).unref()
  })
  fastify.addHook('onClose', async () => {
    clearInterval(looking)
    closing.abort()
    await working
    await stored.close()
  })
}, { name: 'backup', dependencies: ['audit', 'face-store', 'metrics'] })
