import { userInfo } from 'node:os'
import { createAuditLog, type AuditLog } from '../src/audit/audit-log.ts'
import { createAuditStorage } from '../src/audit/create-storage.ts'
import type { Actor, AuditAction, AuditDetails } from '../src/audit/entry.ts'
import { createHeadSigner } from '../src/audit/heads.ts'
import { audited, createAuditTrail } from '../src/audit/trail.ts'
import type { Config } from '../src/config.ts'
import type { StoreCommand } from './arguments.ts'

/** Who runs a command. */
export const SYSTEM_USER: Actor = { id: userInfo().username, via: 'command-line' }

/** These change nothing and give nothing away. */
const READING: ReadonlySet<StoreCommand['name']> = new Set(['verify'])

/**
 * Runs the work of a command between its intent and its outcome in the audit log, where it may write, too; without the
 * intent it is not run. Without a plan it is no matter for the log.
 */
export async function withAudit<T> (
  config: Config,
  plan: { action: AuditAction, details: AuditDetails } | null,
  work: (log: AuditLog) => Promise<T>
): Promise<T> {
  const log = createAuditLog({
    storage: createAuditStorage(config),
    signer: config.AUDIT_KEY === undefined ? undefined : createHeadSigner(config.AUDIT_KEY),
    // A server prints the next one.
    onHead: () => {}
  })
  // A command concerns many people, or none, and names none.
  const trail = createAuditTrail(log, { get: async () => null })
  try {
    return await (plan ? audited(trail, { actor: SYSTEM_USER, ...plan }, () => work(log)) : work(log))
  } finally {
    await log.close()
  }
}

/** The same for a command of the store. */
export async function auditCommand (
  config: Config, command: StoreCommand, run: (log: AuditLog) => Promise<string>
): Promise<string> {
  const plan = { action: 'command', details: { command: command.name } } as const
  return await withAudit(config, READING.has(command.name) ? null : plan, run)
}
