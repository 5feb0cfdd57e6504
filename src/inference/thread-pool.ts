import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Piscina } from 'piscina'
import {
  GUARD_CONDEMNED, GUARD_FREE, type NetworkFile, type PhotoResult, type PhotoTask, type WorkerReady, type WorkerSetup
} from '../../workers/protocol.ts'
import type { Config } from '../config.ts'
import { FaceError } from '../errors.ts'
import { silenceRuntime } from './silence-runtime.ts'

/** What runs the networks, and what the operator should know about it. */
export type Engine = Pick<WorkerReady, 'engine' | 'notice'>

/** The inference threads, each with at most one photo. One that dies or hangs is replaced. */
export interface ThreadPool {
  /** Resolves when every thread has its models loaded and warm; rejects if one cannot. */
  start (): Promise<Engine>
  /**
   * Gives a photo to a free thread. Rejects with `INFERENCE_FAILED` when the thread died of it, with `INFERENCE_TIMEOUT`
   * when the thread hung and was ended, and with {@link LostThread} when it could not be ended.
   */
  run<Found> (task: Omit<PhotoTask, 'guard'>): Promise<PhotoResult<Found>>
  /** Ends the threads that are left. */
  close (): Promise<void>
}

export type ThreadPoolConfig = Pick<Config,
  'INFERENCE_BACKEND' | 'ONNX_EXECUTION_PROVIDERS' | 'MODELS_DIR' | 'ENCODING_ARITHMETIC' | 'ENCODING_AUGMENT' | 'INFERENCE_THREADS' | 'INFERENCE_TIMEOUT_MS' | 'CLOSE_GRACE_MS'>

export interface ThreadPoolOptions {
  config: ThreadPoolConfig
  /** What the threads match against. */
  gallery: WebAssembly.Memory
  /** What they encode with; null: face-api's own network. */
  network: NetworkFile | null
  /** Hears of a thread that died or was ended; it has been replaced. */
  onThreadError: (err: Error) => void
  /** Hears in its place that a thread cannot be replaced: only another process has all threads again. */
  onUnfit?: (err: Error) => void
}

/** A thread does not come back from a network, where ending it would end the process. */
export class LostThread extends Error {
  override name = 'LostThread'
}

/**
 * The threads run the compiled worker, also when this file runs as TypeScript: the loader that makes this possible
 * does not reach into threads.
 */
const WORKER = new URL(`${import.meta.url.endsWith('.ts') ? '../../dist' : '../..'}/workers/inference-worker.js`, import.meta.url)
const LOOK_AGAIN_MS = 10
/** No photo takes so long; a thread that does is worth the second that another one needs to load its models. */
const HANG_MS_MIN = 3_000

/** Makes the pool; its threads start when told to. */
export function createThreadPool ({ config, gallery, network, onThreadError, onUnfit = onThreadError }: ThreadPoolOptions): ThreadPool {
  silenceRuntime()
  const hangMs = Math.max(HANG_MS_MIN, config.INFERENCE_TIMEOUT_MS)
  let pool: Piscina | undefined
  let lost = 0

  function createPool (): Piscina {
    const setup: WorkerSetup = {
      backend: config.INFERENCE_BACKEND,
      arithmetic: config.ENCODING_ARITHMETIC,
      executionProviders: config.ONNX_EXECUTION_PROVIDERS.split(','),
      modelsDir: resolve(config.MODELS_DIR),
      network,
      gallery,
      augment: config.ENCODING_AUGMENT
    }
    return new Piscina({
      filename: WORKER.href,
      workerData: setup,
      minThreads: config.INFERENCE_THREADS,
      maxThreads: config.INFERENCE_THREADS,
      concurrentTasksPerWorker: 1,
      // Blocking between tasks would stop the thread's own timers; not blocking costs microseconds.
      atomics: 'disabled',
      closeTimeout: config.CLOSE_GRACE_MS
    })
  }

  /** Settles only when no thread is loading any more: ending one that does would end the process. */
  function whenWarm (threads: Piscina): Promise<Engine> {
    return new Promise((resolve, reject) => {
      let loading = config.INFERENCE_THREADS
      let failure: Error | undefined
      const loaded = (engine: Engine): void => {
        if (--loading > 0) return
        if (failure) reject(failure)
        else resolve(engine)
      }
      threads.on('message', ({ ready, ...about }: WorkerReady) => { if (ready && loading > 0) loaded(about) })
      threads.on('error', (err: Error) => {
        // One that dies before it is ready is not replaced.
        if (loading === 0 && threads.threads.length < config.INFERENCE_THREADS) return onUnfit(err)
        onThreadError(err)
        if (loading === 0) return
        failure ??= err
        loaded({ engine: 'none' })
      })
    })
  }

  /** Ends a thread between two networks; rejects if there is no such moment for as long again. */
  async function endThread (guard: PhotoTask['guard'], end: AbortController): Promise<void> {
    const deadline = performance.now() + hangMs
    while (Atomics.compareExchange(guard, 0, GUARD_FREE, GUARD_CONDEMNED) !== GUARD_FREE) {
      if (performance.now() > deadline) throw new LostThread('an inference thread does not come back from a network')
      await pause(LOOK_AGAIN_MS)
    }
    end.abort(new FaceError('INFERENCE_TIMEOUT'))
  }

  /** What went wrong with the thread, told to whom it concerns, and what the photo's request is answered. */
  function threadError (err: unknown, end: AbortSignal): unknown {
    if (err instanceof LostThread) {
      lost++
      onUnfit(err)
      return err
    }
    onThreadError(end.aborted ? new Error('an inference thread hung and was ended') : err as Error)
    return end.aborted ? end.reason : new FaceError('INFERENCE_FAILED', { cause: err })
  }

  return {
    start () {
      pool = createPool()
      return whenWarm(pool)
    },
    async run (task) {
      const threads = pool
      if (!threads) throw new FaceError('OVERLOADED')
      const guard = new Int32Array(new SharedArrayBuffer(4))
      const end = new AbortController()
      try {
        return await new Promise((resolve, reject) => {
          const timer = setTimeout(() => { endThread(guard, end).catch(reject) }, hangMs)
          threads.run({ ...task, guard }, { transferList: [task.photo], signal: end.signal })
            .finally(() => clearTimeout(timer)).then(resolve, reject)
        })
      } catch (err) {
        throw threadError(err, end.signal)
      }
    },
    async close () {
      // One that does not come back would not end either; the process has to be killed then.
      if (lost === 0) await pool?.close()
    }
  }
}
