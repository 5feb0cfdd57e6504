import { FaceError } from '../errors.ts'
import { chainLine, type Tail } from './chain.ts'
import type { AuditEntry } from './entry.ts'
import type { Head, HeadSigner, Signature } from './heads.ts'
import type { AuditStorage, Extension } from './storage.ts'

/** Lines of one write. */
const BATCH_LINES_MAX = 128
const LINE_BYTES_MAX = 8 * 1024
/** So many lines, or so much time, after the last head there is another one. */
const HEAD_LINES = 1_000
const HEAD_MS = 300_000

/** The log of changes, in one chain with all other processes. */
export interface AuditLog {
  /**
   * Appends a line; durable when it resolves. `mayUseReserve` is for what makes room on a full disk. Throws as
   * {@link AuditStorage.append}.
   */
  append (entry: AuditEntry, options?: { mayUseReserve: boolean }): Promise<void>
  /** Appends a head if lines were appended since the last one. Throws as `append`. */
  signHead (): Promise<void>
  /** Whether the last write failed. */
  isFailing (): boolean
  /** Waits for what is being appended; throws nothing. Later appends are refused. */
  close (): Promise<void>
}

export interface AuditLogOptions {
  storage: AuditStorage
  /** Without it heads are not signed. */
  signer?: HeadSigner | undefined
  /** Called with every head of this process. */
  onHead: (head: Head & Signature) => void
}

interface Waiting {
  entry: AuditEntry
  at: Date
  mayUseReserve: boolean
  resolve: () => void
  reject: (err: unknown) => void
}

/** Appends in batches: what arrives during a write is written by the next one, with one sync for all. */
export function createAuditLog ({ storage, signer, onHead }: AuditLogOptions): AuditLog {
  const waiting: Waiting[] = []
  let writing: Promise<void> | undefined
  let isClosed = false
  let hasAppended = false
  let isFailing = false

  function withHead ({ lines, tail }: Extension): Extension & { head: Head & Signature } {
    const at = new Date()
    const head = { seq: tail.seq, hash: tail.hash, at: at.toISOString() }
    const signature = signer?.sign(head) ?? {}
    const last = chainLine(tail, at, { type: 'head', ...signature })
    return { lines: [...lines, last.line], tail: last.tail, head: { ...head, ...signature } }
  }

  const isHeadDue = ({ seq, headSeq, headAt }: Tail): boolean =>
    seq - headSeq >= HEAD_LINES || Date.now() - headAt >= HEAD_MS

  async function append (batch: readonly Waiting[], isHeadWanted: (tail: Tail) => boolean): Promise<void> {
    let head: (Head & Signature) | undefined
    const mayUseReserve = batch.length > 0 && batch.every((one) => one.mayUseReserve)
    await storage.append((before) => {
      head = undefined
      const lines: string[] = []
      let tail = before
      for (const { entry, at } of batch) {
        const next = chainLine(tail, at, entry)
        lines.push(next.line)
        tail = next.tail
      }
      if (tail.seq === tail.headSeq || !isHeadWanted(tail)) return { lines, tail }
      const extension = withHead({ lines, tail })
      head = extension.head
      return extension
    }, { mayUseReserve })
    if (head) onHead(head)
  }

  /** Those that wait, as far as one write takes them: who may use the reserve shares it with nobody. */
  function nextBatch (): Waiting[] {
    const [first] = waiting
    const end = waiting.findIndex((one) => one.mayUseReserve !== first?.mayUseReserve)
    return waiting.splice(0, Math.min(BATCH_LINES_MAX, end < 0 ? waiting.length : end))
  }

  async function writeAll (): Promise<void> {
    // What is asked for in the same turn of the event loop is written together.
    await Promise.resolve()
    while (waiting.length > 0) {
      const batch = nextBatch()
      try {
        await append(batch, isHeadDue)
        isFailing = false
        hasAppended = true
        for (const { resolve } of batch) resolve()
      } catch (err) {
        isFailing = true
        for (const { reject } of batch) reject(err)
      }
    }
    writing = undefined
  }

  return {
    async append (entry, { mayUseReserve } = { mayUseReserve: false }) {
      if (isClosed) throw new FaceError('SHUTTING_DOWN')
      if (Buffer.byteLength(JSON.stringify(entry)) > LINE_BYTES_MAX) throw new TypeError('an audit entry is too long')
      await new Promise<void>((resolve, reject) => {
        waiting.push({ entry, at: new Date(), mayUseReserve, resolve, reject })
        writing ??= writeAll()
      })
    },
    signHead: () => append([], () => true),
    isFailing: () => isFailing,
    async close () {
      isClosed = true
      await writing
      // If that fails, another process, or the next start, signs what was appended.
      if (hasAppended) await append([], () => true).catch(() => {})
      await storage.close()
    }
  }
}
