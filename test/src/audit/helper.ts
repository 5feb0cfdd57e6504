import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuditLog, type AuditLog } from '../../../src/audit/audit-log.ts'
import type { AuditEntry } from '../../../src/audit/entry.ts'
import { createFolderStorage } from '../../../src/audit/folder-storage.ts'
import {
  createHeadSigner, createHeadVerifier, type Head, type HeadVerifier, type Signature
} from '../../../src/audit/heads.ts'
import type { AuditStorage } from '../../../src/audit/storage.ts'

/** A key as an operator makes it, for AUDIT_KEY. */
export const auditKey = (): string => randomBytes(32).toString('base64')

/** An outcome that can be told from others. */
export const outcome = (id: string): AuditEntry => ({ type: 'outcome', id, outcome: 'ok', status: 200 })

/** A log, and the heads that it signed. */
interface FolderLog {
  log: AuditLog
  storage: AuditStorage
  heads: Array<Head & Signature>
  isSignedBy: HeadVerifier
}

/** A log in a folder. */
export function folderLog (dir: string, key = auditKey(), options: { segmentBytes?: number } = {}): FolderLog {
  const storage = createFolderStorage({ dir, ...options })
  const heads: Array<Head & Signature> = []
  const signer = createHeadSigner(key)
  const log = createAuditLog({ storage, signer, onHead: (head) => { heads.push(head) } })
  return { log, storage, heads, isSignedBy: createHeadVerifier(signer.publicKey) }
}

/** The files of the log, oldest first. */
export async function segmentsOf (dir: string): Promise<string[]> {
  const names = await readdir(join(dir, 'audit'))
  return names.filter((name) => name.endsWith('.ndjson')).sort().map((name) => join(dir, 'audit', name))
}

/** Each line of a log as an object. */
export async function linesOf (storage: Pick<AuditStorage, 'lines'>): Promise<Array<Record<string, unknown>>> {
  const lines: Array<Record<string, unknown>> = []
  for await (const line of storage.lines()) lines.push(JSON.parse(line.toString()) as Record<string, unknown>)
  return lines
}
