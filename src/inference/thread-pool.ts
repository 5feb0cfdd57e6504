import { resolve } from 'node:path'
import { Piscina } from 'piscina'
import { MARK, type NetworkFile, type PhotoResult, type PhotoTask, type WorkerReady, type WorkerSetup } from '../../workers/protocol.ts'
import type { Config } from '../config.ts'
import { FaceError } from '../errors.ts'
import { createBalance, PHOTOS_MAX } from './balance.ts'
import { silenceRuntime } from './silence-runtime.ts'
import { createThreadWatch, HungThread, LostThread } from './thread-watch.ts'

/** What runs the networks, and what the operator should know about it. */
export type Engine = Pick<WorkerReady, 'engine' | 'notice'>

/**
 * The inference threads, each with one photo that it looks at and, if there are several threads, one more that it decodes
 * meanwhile. One that dies or hangs is replaced.
 */
export interface ThreadPool {
  /** Resolves when every thread has its models loaded and warm; rejects if one cannot. */
  start (): Promise<Engine>
  /**
   * Gives a photo to a thread as soon as one can take it. Rejects with `INFERENCE_FAILED` when the thread died of it or of its other
   * photo, with `INFERENCE_TIMEOUT` when the thread hung and was ended, and with {@link LostThread} when it could not be
   * ended.
   */
  run<Found> (task: Omit<PhotoTask, 'mark'>): Promise<PhotoResult<Found>>
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

/**
 * The threads run the compiled worker, also when this file runs as TypeScript: the loader that makes this possible
 * does not reach into threads.
 */
const WORKER = new URL(`${import.meta.url.endsWith('.ts') ? '../../dist' : '../..'}/workers/inference-worker.js`, import.meta.url)
/** No photo takes so long; a thread that does is worth the second that another one needs to load its models. */
const HANG_MS_MIN = 3_000

/** Makes the pool; its threads start when told to. */
export function createThreadPool ({ config, gallery, network, onThreadError, onUnfit = onThreadError }: ThreadPoolOptions): ThreadPool {
  silenceRuntime()
  let pool: Piscina | undefined
  const balance = createBalance(config.INFERENCE_THREADS)
  const watch = createThreadWatch(Math.max(HANG_MS_MIN, config.INFERENCE_TIMEOUT_MS), () => pool?.threads ?? [])
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
      concurrentTasksPerWorker: PHOTOS_MAX,
      loadBalancer: balance.choose,
      stricterFIFO: true,
      // Blocking between tasks would stop the thread's own timers; not blocking costs microseconds.
      atomics: 'disabled',
      closeTimeout: config.CLOSE_GRACE_MS
    })
  }

  /**
   * Settles only when no thread is loading any more: ending one that does would end the process. One that cannot load is
   * replaced once.
   */
  function whenWarm (threads: Piscina): Promise<Engine> {
    return new Promise((resolve, reject) => {
      let warm = 0
      let isSettled = false
      let failure: Error | undefined
      const settle = (engine?: Engine): void => {
        if (isSettled || threads.threads.length > warm) return
        isSettled = true
        if (engine && warm === config.INFERENCE_THREADS) resolve(engine)
        else reject(failure)
      }
      threads.on('message', ({ threadId, guard, longPhotos, ready: _, ...about }: WorkerReady) => {
        watch.add({ threadId, guard })
        balance.add({ threadId, longPhotos })
        if (isSettled) return
        warm++
        settle(about)
      })
      threads.on('error', (err: Error) => {
        // One that dies before it is ready is not replaced.
        if (isSettled && threads.threads.length < config.INFERENCE_THREADS) return onUnfit(err)
        onThreadError(err)
        failure ??= err
        settle()
      })
    })
  }

  /** Tells whom it concerns what went wrong with a thread, once, and gives what the photo's request is answered. */
  function threadError (err: unknown, threadId: number): unknown {
    if (err instanceof LostThread) {
      lost++
      onUnfit(err)
    }
    if (err instanceof LostThread || err instanceof FaceError) return err
    if (watch.remove(threadId)) onThreadError(err as Error)
    return err instanceof HungThread ? new FaceError('INFERENCE_TIMEOUT') : new FaceError('INFERENCE_FAILED', { cause: err })
  }

  return {
    start () {
      pool = createPool()
      return whenWarm(pool)
    },
    async run (task) {
      if (!pool) throw new FaceError('OVERLOADED')
      const mark = new Int32Array(new SharedArrayBuffer(MARK.words * Int32Array.BYTES_PER_ELEMENT))
      try {
        return await watch.watch(mark, pool.run({ ...task, mark }, { transferList: [task.photo] }))
      } catch (err) {
        throw threadError(err, mark[MARK.threadWord]!)
      }
    },
    async close () {
      // One that does not come back would not end either; the process has to be killed then.
      if (lost === 0) await pool?.close()
    }
  }
}
