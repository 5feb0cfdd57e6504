import { resolve } from 'node:path'
import { Piscina } from 'piscina'
import { ensureModels } from '../../models/build.ts'
import type { PhotoResult, PhotoTask, WorkerReady, WorkerSetup } from '../../workers/protocol.ts'
import type { Config } from '../config.ts'
import { ERRORS, FaceError } from '../errors.ts'

/** What the networks found in a photo. */
export type Examination = Extract<PhotoResult, { ok: true }>

/** The inference threads. */
export interface Inference {
  /** Builds missing models and resolves when every thread has its models loaded and warm; rejects if one cannot. */
  start (): Promise<void>
  /**
   * Finds, measures, encodes and matches the largest face of a photo. The bytes are moved away: do not use them after.
   * Throws the {@link FaceError} that the photo deserves, `OVERLOADED` at once when the queue is full, or
   * `INFERENCE_TIMEOUT` after the deadline.
   */
  examine (photo: ArrayBuffer): Promise<Examination>
  /** Finishes the photos under way and ends the threads. */
  close (): Promise<void>
}

/** What Piscina says when it refuses a task; its errors have no codes. */
const QUEUE_FULL = ['Task queue is at limit', 'No task queue available and all Workers are busy']

type InferenceConfig = Pick<Config,
  'MODELS_DIR' | 'INFERENCE_THREADS' | 'INFERENCE_QUEUE_MAX' | 'INFERENCE_TIMEOUT_MS' | 'MAX_IMAGE_PIXELS' | 'CLOSE_GRACE_MS'>

/**
 * The threads run the compiled worker, also when this file runs as TypeScript: the loader that makes this possible
 * does not reach into threads.
 */
const WORKER = new URL(`${import.meta.url.endsWith('.ts') ? '../../dist' : '../..'}/workers/inference-worker.js`, import.meta.url)

export interface InferenceOptions {
  config: InferenceConfig
  /** What the threads match against. */
  gallery: WebAssembly.Memory
  /** Hears of a thread that died between photos; it has been replaced. */
  onThreadError: (err: Error) => void
}

/** Makes the pool. */
export function createInferencePool ({ config, gallery, onThreadError }: InferenceOptions): Inference {
  const modelsDir = resolve(config.MODELS_DIR)
  let pool: Piscina | undefined

  function createPool (): Piscina {
    const setup: WorkerSetup = { modelsDir, gallery }
    return new Piscina({
      filename: WORKER.href,
      workerData: setup,
      minThreads: config.INFERENCE_THREADS,
      maxThreads: config.INFERENCE_THREADS,
      maxQueue: config.INFERENCE_QUEUE_MAX,
      concurrentTasksPerWorker: 1,
      // Blocking between tasks would stop the thread's own timers; not blocking costs microseconds.
      atomics: 'disabled',
      closeTimeout: config.CLOSE_GRACE_MS
    })
  }

  function whenWarm (threads: Piscina): Promise<void> {
    return new Promise((resolve, reject) => {
      let warm = 0
      threads.on('message', ({ ready }: Partial<WorkerReady>) => {
        if (ready && ++warm === config.INFERENCE_THREADS) resolve()
      })
      threads.on('error', (err: Error) => {
        reject(err)
        onThreadError(err)
      })
    })
  }

  function refusal (code: keyof typeof ERRORS): FaceError {
    if (code !== 'IMAGE_TOO_LARGE') return new FaceError(code)
    return new FaceError(code, { message: `${ERRORS[code][1]} (at most ${config.MAX_IMAGE_PIXELS} pixels)` })
  }

  return {
    async start () {
      await ensureModels(modelsDir)
      pool = createPool()
      await whenWarm(pool)
    },
    async examine (photo) {
      if (!pool) throw new FaceError('OVERLOADED')
      const task: PhotoTask = { photo, imagePixelsMax: config.MAX_IMAGE_PIXELS }
      const deadline = new AbortController()
      const timer = setTimeout(() => deadline.abort(), config.INFERENCE_TIMEOUT_MS)
      try {
        const result: PhotoResult = await pool.run(task, { transferList: [photo], signal: deadline.signal })
        if (result.ok) return result
        throw refusal(result.code)
      } catch (cause) {
        if (deadline.signal.aborted) throw new FaceError('INFERENCE_TIMEOUT', { cause })
        if (cause instanceof Error && QUEUE_FULL.includes(cause.message)) throw new FaceError('OVERLOADED', { cause })
        throw cause
      } finally {
        clearTimeout(timer)
      }
    },
    async close () {
      await pool?.close()
    }
  }
}
