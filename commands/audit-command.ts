import { userInfo } from 'node:os'
import { createAuditLog, type AuditLog } from '../src/audit/audit-log.ts'
import { createAuditStorage } from '../src/audit/create-storage.ts'
import { createHeadSigner } from '../src/audit/heads.ts'
import type { Actor } from '../src/audit/entry.ts'
import { audited, createAuditTrail } from '../src/audit/trail.ts'
import type { Config } from '../src/config.ts'
import type { StoreCommand } from './arguments.ts'

/** Who runs a command. */
export const SYSTEM_USER: Actor = { id: userInfo().username, via: 'command-line' }

/** These change nothing and give nothing away. */
const READING: ReadonlySet<StoreCommand['name']> = new Set(['verify'])

/**
 * Runs a command between its intent and its outcome in the audit log, where it may write, too; without the intent it is
 * not run.
 */
export async function auditCommand (
  config: Config, command: StoreCommand, run: (log: AuditLog) => Promise<string>
): Promise<string> {
  const log = createAuditLog({
    storage: createAuditStorage(config),
    signer: config.AUDIT_KEY === undefined ? undefined : createHeadSigner(config.AUDIT_KEY),
    // A server prints the next one.
    onHead: () => {}
  })
  // A command concerns many people and names none.
  const trail = createAuditTrail(log, { get: async () => null })
  if (READING.has(command.name)) return await run(log)
  try {
    return await audited(
      trail, { action: 'command', actor: SYSTEM_USER, details: { command: command.name } }, () => run(log)
    )
  } finally {
    await log.close()
  }
}
