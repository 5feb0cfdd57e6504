import { setTimeout as delay } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import {
  GUARD_CONDEMNED, GUARD_FREE, GUARD_IN_NETWORK, type PhotoTask, type WorkerReady
} from '../../workers/protocol.ts'
import { FaceError } from '../errors.ts'

/** A thread hung and was ended. */
export class HungThread extends Error {
  override name = 'HungThread'
}

/** A thread does not come back from a network, where ending it would end the process. */
export class LostThread extends Error {
  override name = 'LostThread'
}

/** Ends threads that hang. */
export interface ThreadWatch {
  /** From now on this thread can be ended. */
  add (thread: Pick<WorkerReady, 'threadId' | 'guard'>): void
  has (threadId: number): boolean
  remove (threadId: number): void
  /**
   * The result of a photo that a thread works on. Rejects with {@link HungThread} when it took too long and the thread
   * was ended, with {@link LostThread} when the thread could not be ended, and with `INFERENCE_TIMEOUT` when none took
   * the photo.
   */
  watch<T> (takenBy: PhotoTask['takenBy'], work: Promise<T>): Promise<T>
}

const RETRY_MS = 10

/** Watches these threads; a photo that takes longer than `hangMs` hangs. */
export function createThreadWatch (hangMs: number, threads: () => readonly Worker[]): ThreadWatch {
  const guards = new Map<number, WorkerReady['guard']>()

  /** Resolves when the thread may be ended, between two networks; rejects if no such moment comes for as long again. */
  async function condemn (guard: WorkerReady['guard'], over: AbortSignal): Promise<void> {
    const deadline = performance.now() + hangMs
    while (Atomics.compareExchange(guard, 0, GUARD_FREE, GUARD_CONDEMNED) === GUARD_IN_NETWORK) {
      if (performance.now() > deadline) throw new LostThread('an inference thread does not come back from a network')
      await delay(RETRY_MS, undefined, { signal: over })
    }
  }

  /** Resolves when the photo has taken too long and its thread may be ended. */
  async function hang (takenBy: PhotoTask['takenBy'], over: AbortSignal): Promise<void> {
    await delay(hangMs, undefined, { signal: over })
    const guard = guards.get(Atomics.load(takenBy, 0))
    if (!guard) throw new FaceError('INFERENCE_TIMEOUT')
    await condemn(guard, over)
  }

  return {
    add ({ threadId, guard }) { guards.set(threadId, guard) },
    has: (threadId) => guards.has(threadId),
    remove (threadId) { guards.delete(threadId) },
    async watch (takenBy, work) {
      const over = new AbortController()
      let isHung = false
      const ended = hang(takenBy, over.signal).then(async () => {
        isHung = true
        await threads().find(({ threadId }) => threadId === takenBy[0])?.terminate()
        return work
      })
      try {
        return await Promise.race([work, ended])
      } catch (err) {
        throw isHung ? new HungThread('an inference thread hung and was ended') : err
      } finally {
        over.abort()
      }
    }
  }
}
