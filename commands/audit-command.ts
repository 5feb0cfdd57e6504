import { userInfo } from 'node:os'
import { createAuditLog } from '../src/audit/audit-log.ts'
import { createAuditStorage } from '../src/audit/create-storage.ts'
import { createHeadSigner } from '../src/audit/heads.ts'
import { audited, createAuditTrail } from '../src/audit/trail.ts'
import type { Config } from '../src/config.ts'
import type { StoreCommand } from './arguments.ts'

/** These change nothing and give nothing away. */
const READING: ReadonlySet<StoreCommand['name']> = new Set(['verify'])

/** Runs a command between its intent and its outcome in the audit log; without the intent it is not run. */
export async function auditCommand (
  config: Config, command: StoreCommand, run: () => Promise<string>
): Promise<string> {
  if (READING.has(command.name)) return await run()
  const log = createAuditLog({
    storage: createAuditStorage(config),
    signer: config.AUDIT_KEY === undefined ? undefined : createHeadSigner(config.AUDIT_KEY),
    // A server prints the next one.
    onHead: () => {}
  })
  // A command concerns many people and names none.
  const trail = createAuditTrail(log, { get: async () => null })
  try {
    return await audited(trail, {
      action: 'command',
      actor: { id: userInfo().username, via: 'command-line' },
      details: { command: command.name }
    }, run)
  } finally {
    await log.close()
  }
}
