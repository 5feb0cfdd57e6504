import { resolve } from 'node:path'
import { Piscina } from 'piscina'
import type { PhotoResult, PhotoTask, WorkerReady, WorkerSetup } from '../../workers/protocol.ts'
import type { Config } from '../config.ts'
import { FaceError } from '../errors.ts'
import type { Gallery } from '../gallery/gallery.ts'
import type { RecognitionNetwork } from '../networks/find-network.ts'
import type { Slots } from './photo-queue.ts'
import { createThreadWatch, HungThread, LostThread } from './thread-watch.ts'

/** What runs the networks, and what the operator should know about it. */
export type Engine = Pick<WorkerReady, 'engine' | 'notice'>

/** The inference threads, each with one photo at a time. One that dies or hangs is replaced. */
export interface ThreadPool {
  /** Resolves when every thread has its models loaded and warm; rejects if one cannot. */
  start (): Promise<Engine>
  /** Threads that are warm, and those that will be when all that load have done so. */
  count (): Slots
  /**
   * Passes a photo to an idle thread. Rejects with `INFERENCE_FAILED` when the thread died of it, and with
   * `INFERENCE_TIMEOUT` when the thread hung and was ended, or could not be ended.
   */
  run<Found> (task: Omit<PhotoTask, 'takenBy'>): Promise<PhotoResult<Found>>
  /** Ends the threads that are left. */
  close (): Promise<void>
}

export type ThreadPoolConfig = Pick<Config,
  'INFERENCE_BACKEND' | 'ONNX_EXECUTION_PROVIDERS' | 'MODELS_DIR' | 'ENCODING_AUGMENT' | 'INFERENCE_THREADS' |
  'INFERENCE_TIMEOUT_MS' | 'CLOSE_GRACE_MS' | 'KEEP_FACE_CHIPS'>

export interface ThreadPoolOptions {
  config: ThreadPoolConfig
  /** What the threads match against. */
  gallery: Pick<Gallery, 'memory' | 'previousMemory'>
  /** What they encode with. */
  network: RecognitionNetwork
  /** What encoded the users that `network` does not know yet. */
  previous?: RecognitionNetwork | null
  /** Called when a thread has become warm or has gone. */
  onThreads: () => void
  /** Called when a thread died or was ended; another one takes its place. */
  onThreadError: (err: Error) => void
  /** Called once, when a thread cannot be replaced: only another process has all threads again. */
  onDegraded?: (err: Error) => void
}

/**
 * The threads run the compiled worker, also when this file runs as TypeScript: the loader that makes this possible
 * does not reach into threads.
 */
const COMPILED = import.meta.url.endsWith('.ts') ? '../../dist' : '../..'
const WORKER = new URL(`${COMPILED}/workers/inference-worker.js`, import.meta.url)
/** No photo takes so long; a thread that does is worth the second that another one needs to load its models. */
const HANG_MS_MIN = 3_000

/**
 * ONNX Runtime (since 1.29, on Linux) reports its use to its maker over the network unless this variable is set when it
 * is loaded; operators should not have to know that. The environment of a thread is a copy, so the main thread sets it
 * before the first thread starts.
 */
function silenceRuntime (): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1'
}

/** Makes the pool; its threads start when told to. */
export function createThreadPool ({
  config, gallery, network, previous = null, onThreads, onThreadError, onDegraded
}: ThreadPoolOptions): ThreadPool {
  silenceRuntime()
  let pool: Piscina | undefined
  const watch = createThreadWatch(Math.max(HANG_MS_MIN, config.INFERENCE_TIMEOUT_MS), () => pool?.threads ?? [])
  /** Threads that do not come back from a network. */
  let lost = 0
  let isDegraded = false
  let isClosing = false

  function createPool (): Piscina {
    const setup: WorkerSetup = {
      backend: config.INFERENCE_BACKEND,
      executionProviders: config.ONNX_EXECUTION_PROVIDERS.split(','),
      modelsDir: resolve(config.MODELS_DIR),
      network: network.setup,
      gallery: gallery.memory,
      previous: previous && gallery.previousMemory
        ? { network: previous.setup, gallery: gallery.previousMemory }
        : null,
      augment: config.ENCODING_AUGMENT,
      keepChips: config.KEEP_FACE_CHIPS
    }
    return new Piscina({
      filename: WORKER.href,
      workerData: setup,
      minThreads: config.INFERENCE_THREADS,
      maxThreads: config.INFERENCE_THREADS,
      // Piscina itself would also give photos to threads that still load their models.
      loadBalancer: (_, threads) => threads.find(({ id, currentUsage }) => currentUsage === 0 && watch.has(id)) ?? null,
      stricterFIFO: true,
      // Blocking between tasks would stop the thread's own timers; not blocking costs microseconds.
      atomics: 'disabled',
      closeTimeout: config.CLOSE_GRACE_MS
    })
  }

  function degrade (err: Error): void {
    if (isDegraded) return
    isDegraded = true
    ;(onDegraded ?? onThreadError)(err)
  }

  /**
   * Settles only when no thread is loading any more: ending one that is would end the process. One that cannot load is
   * replaced once.
   */
  function whenWarm (threads: Piscina): Promise<Engine> {
    return new Promise((resolve, reject) => {
      let warm = 0
      let isStarted = false
      let failure: Error | undefined
      const isComplete = (): boolean => threads.threads.length === config.INFERENCE_THREADS
      function settle (engine?: Engine): void {
        if (isStarted || threads.threads.length > warm) return
        isStarted = engine !== undefined && isComplete()
        if (isStarted) resolve(engine!)
        else reject(failure)
      }
      function threadMissing (err: Error): void {
        if (isStarted) return degrade(err)
        failure ??= err
        settle()
      }
      threads.on('message', ({ threadId, guard, ready: _, ...engine }: WorkerReady) => {
        watch.add({ threadId, guard })
        warm++
        settle(engine)
        onThreads()
      })
      threads.on('error', (err: Error) => {
        failure ??= err
        if (isComplete()) onThreadError(err)
        else threadMissing(err)
      })
      // By then Piscina has started the next thread, if any, and has said why this one ended, if it knows.
      threads.on('workerDestroy', () => queueMicrotask(() => {
        if (isClosing) return
        if (!isComplete()) threadMissing(new Error('an inference thread ended while it loaded its models'))
        onThreads()
      }))
    })
  }

  /** Says what became of a thread, and gives what the request of its photo is answered. */
  function failureOf (err: unknown, threadId: number): unknown {
    if (err instanceof FaceError) return err
    watch.remove(threadId)
    if (err instanceof LostThread) {
      lost++
      degrade(err)
      onThreads()
    } else {
      onThreadError(err as Error)
    }
    const isSlow = err instanceof HungThread || err instanceof LostThread
    return new FaceError(isSlow ? 'INFERENCE_TIMEOUT' : 'INFERENCE_FAILED', { cause: err })
  }

  return {
    start () {
      pool = createPool()
      return whenWarm(pool)
    },
    count () {
      const threads = pool?.threads ?? []
      return { now: threads.filter(({ threadId }) => watch.has(threadId)).length, soon: threads.length - lost }
    },
    async run (task) {
      if (!pool) throw new FaceError('OVERLOADED')
      const takenBy = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
      try {
        return await watch.watch(takenBy, pool.run({ ...task, takenBy }, { transferList: [task.photo] }))
      } catch (err) {
        throw failureOf(err, takenBy[0]!)
      }
    },
    async close () {
      isClosing = true
      // One that does not come back would not end either; the process has to be killed then.
      if (lost === 0) await pool?.close()
    }
  }
}
