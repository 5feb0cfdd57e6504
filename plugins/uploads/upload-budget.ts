import { FaceError } from '../../src/errors.ts'

/** How often {@link UploadBudget.tick} is to be called. */
export const TICK_MS = 500
/** Progress is what arrived within the last two seconds. */
const WINDOW_TICKS = 2_000 / TICK_MS
const STALL_TICKS = 5_000 / TICK_MS
/** Slower than 8 KiB a second, no photo of 240 KiB arrives within the request timeout. */
const WINDOW_BYTES_MIN = 16 * 1024

/** Why an upload was cut off: nothing arrived for five seconds, or it was the slowest when the budget was full. */
export type CutReason = 'stalled' | 'slow'

/** One request's body: while it arrives, waits and is decoded. */
export interface Upload {
  /** Aborts with the {@link FaceError} to answer when the upload is cut off, and when it is released. */
  readonly signal: AbortSignal
  /** So many more bytes of the body have arrived. */
  received (bytes: number): void
  /**
   * Takes this many more bytes of memory. If they are not free, uploads that fall behind their pace are cut off until
   * they are. Throws `OVERLOADED` when all keep their pace, and the reason of the signal when that has aborted.
   */
  hold (bytes: number): void
  /** The body is complete and so many bytes are left of it. It is not cut off any more. */
  complete (bytes: number): void
  /** Gives back so many bytes of what is left of a complete body. */
  giveBack (bytes: number): void
  /** Cuts the upload off, unless it is complete. */
  cutOff (err: FaceError): void
  /** Gives everything back; nothing can be held any more. */
  release (): void
}

/** The memory for bodies, in bytes. */
export interface UploadBudget {
  /** A new upload, which holds nothing yet. Throws `OVERLOADED` when there is no room for its first bytes. */
  open (firstBytes: number): Upload
  /** Cuts off what has stalled. To be called every {@link TICK_MS}. */
  tick (): void
  /** Bytes held now. */
  bytes (): number
}

export interface UploadBudgetOptions {
  bytesMax: number
  /** Within which a body must arrive. */
  requestTimeoutMs: number
  onCutOff?: (reason: CutReason) => void
}

interface Body {
  held: number
  received: number
  /** `received` at the latest ticks, the oldest first. */
  marks: number[]
  idleTicks: number
  abort: AbortController
}

/**
 * Makes an empty budget. Memory is counted as it is taken, not as it is announced: merely announcing a body takes none.
 * An upload keeps its pace if in the last two seconds it received as much as one that arrives evenly within the request
 * timeout; a faster one that becomes slow falls behind its pace.
 */
export function createUploadBudget ({ bytesMax, requestTimeoutMs, onCutOff }: UploadBudgetOptions): UploadBudget {
  /** Those that are not complete. */
  const arriving = new Set<Body>()
  const windowsInTimeout = requestTimeoutMs / (WINDOW_TICKS * TICK_MS)
  let used = 0

  function take (body: Body, bytes: number): void {
    body.held += bytes
    used += bytes
  }

  function end (body: Body, err: FaceError): void {
    arriving.delete(body)
    take(body, -body.held)
    body.abort.abort(err)
  }

  function cutOff (body: Body, reason: CutReason): void {
    end(body, new FaceError('REQUEST_TIMEOUT'))
    onCutOff?.(reason)
  }

  /** The one with the least progress of those that hold something and do not keep their pace. */
  function slowest (): Body | undefined {
    let found: Body | undefined
    let least = Infinity
    for (const body of arriving) {
      if (body.held === 0 || body.marks.length < WINDOW_TICKS) continue
      const progress = body.received - body.marks[0]!
      const pace = Math.max(WINDOW_BYTES_MIN, body.received / windowsInTimeout)
      if (progress < pace && progress < least) [found, least] = [body, progress]
    }
    return found
  }

  /** Cuts off until so many bytes are free; false if they are not and all keep their pace. */
  function makeRoom (bytes: number): boolean {
    for (;;) {
      if (used + bytes <= bytesMax) return true
      const body = slowest()
      if (!body) return false
      cutOff(body, 'slow')
    }
  }

  function open (firstBytes: number): Upload {
    if (!makeRoom(firstBytes)) throw new FaceError('OVERLOADED')
    const body: Body = { held: 0, received: 0, marks: [], idleTicks: 0, abort: new AbortController() }
    const { signal } = body.abort
    arriving.add(body)
    return {
      signal,
      received (bytes) {
        body.received += bytes
        body.idleTicks = 0
      },
      hold (bytes) {
        signal.throwIfAborted()
        const hasRoom = makeRoom(bytes)
        signal.throwIfAborted()
        if (!hasRoom) throw new FaceError('OVERLOADED')
        take(body, bytes)
      },
      complete (bytes) {
        if (arriving.delete(body)) take(body, bytes - body.held)
      },
      giveBack (bytes) {
        if (!signal.aborted) take(body, -bytes)
      },
      cutOff (err) {
        if (arriving.has(body)) end(body, err)
      },
      release () {
        if (!signal.aborted) end(body, new FaceError('CLIENT_GONE'))
      }
    }
  }

  return {
    open,
    tick () {
      for (const body of arriving) {
        if (body.marks.push(body.received) > WINDOW_TICKS) body.marks.shift()
        if (++body.idleTicks > STALL_TICKS) cutOff(body, 'stalled')
      }
    },
    bytes: () => used
  }
}
