import { resolve } from 'node:path'
import { Piscina } from 'piscina'
import { ensureModels } from '../../models/build.ts'
import type { Enrolment, Identification, NetworkFile, PhotoResult, PhotoTask, StageTimes, WorkerReady, WorkerSetup } from '../../workers/protocol.ts'
import type { Config } from '../config.ts'
import { ERRORS, FaceError } from '../errors.ts'
import { createPhotoQueue } from './photo-queue.ts'

/**
 * The inference threads. Photos given to them are moved away: do not use the bytes after. Both ways of looking at one
 * give null when there is no face, throw the {@link FaceError} that the photo deserves, `OVERLOADED` at once when the
 * queue is full, and `INFERENCE_TIMEOUT` after the deadline.
 */
export interface Inference {
  /**
   * Builds missing models and resolves when every thread has its models loaded and warm, with what runs them; rejects if
   * one cannot.
   */
  start (): Promise<Engine>
  /** Encodes and matches the largest face of a photo. */
  identify (photo: ArrayBuffer): Promise<Identification | null>
  /** Encodes and measures the largest face of a photo, and looks for others. */
  examineForEnrolment (photo: ArrayBuffer): Promise<Enrolment | null>
  /** Photos in work and photos that wait. */
  load (): { running: number, waiting: number }
  /** Finishes the photos under way and ends the threads. */
  close (): Promise<void>
}

/** What runs the networks, and what the operator should know about it. */
export type Engine = Pick<WorkerReady, 'engine' | 'notice'>

type InferenceConfig = Pick<Config,
  'INFERENCE_BACKEND' | 'ONNX_EXECUTION_PROVIDERS' | 'MODELS_DIR' | 'ENCODING_AUGMENT' | 'INFERENCE_THREADS' | 'INFERENCE_QUEUE_MAX' | 'INFERENCE_TIMEOUT_MS' | 'MAX_IMAGE_PIXELS' | 'CLOSE_GRACE_MS'>

/**
 * The threads run the compiled worker, also when this file runs as TypeScript: the loader that makes this possible
 * does not reach into threads.
 */
const WORKER = new URL(`${import.meta.url.endsWith('.ts') ? '../../dist' : '../..'}/workers/inference-worker.js`, import.meta.url)

export interface InferenceOptions {
  config: InferenceConfig
  /** What the threads match against. */
  gallery: WebAssembly.Memory
  /** What they encode with; null: face-api's own network. */
  network: NetworkFile | null
  /** Hears how long each photo waited and what its stages took, in milliseconds. */
  onPhoto?: (waitedMs: number, stages: StageTimes) => void
  /** Hears of a thread that died between photos; it has been replaced. */
  onThreadError: (err: Error) => void
}

/** Makes the pool. */
export function createInferencePool ({ config, gallery, network, onPhoto, onThreadError }: InferenceOptions): Inference {
  const modelsDir = resolve(config.MODELS_DIR)
  // Piscina's own queue does not bound tasks that can be aborted, and aborting one that runs would end the process.
  const queue = createPhotoQueue({ slots: config.INFERENCE_THREADS, waitingMax: config.INFERENCE_QUEUE_MAX })
  let pool: Piscina | undefined
  let starting: Promise<Engine> | undefined

  function createPool (): Piscina {
    const setup: WorkerSetup = {
      backend: config.INFERENCE_BACKEND,
      executionProviders: config.ONNX_EXECUTION_PROVIDERS.split(','),
      modelsDir,
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
        onThreadError(err)
        if (loading === 0) return
        failure ??= err
        loaded({ engine: 'none' })
      })
    })
  }

  function refusal (code: keyof typeof ERRORS): FaceError {
    if (code !== 'IMAGE_TOO_LARGE') return new FaceError(code)
    return new FaceError(code, { message: `${ERRORS[code][1]} (at most ${config.MAX_IMAGE_PIXELS} pixels)` })
  }

  async function examine<Found> (purpose: PhotoTask['purpose'], photo: ArrayBuffer): Promise<Found | null> {
    const threads = pool
    if (!threads) throw new FaceError('OVERLOADED')
    const task: PhotoTask = { purpose, photo, imagePixelsMax: config.MAX_IMAGE_PIXELS }
    const arrivedAt = performance.now()
    let waitedMs = 0
    const result = await queue.run((): Promise<PhotoResult<Found>> => {
      waitedMs = performance.now() - arrivedAt
      return threads.run(task, { transferList: [photo] })
    }, config.INFERENCE_TIMEOUT_MS)
    if (!result.ok) throw refusal(result.code)
    onPhoto?.(waitedMs, result.stages)
    return result.found
  }

  async function start (): Promise<Engine> {
    if (config.INFERENCE_BACKEND === 'onnx') await ensureModels(modelsDir)
    pool = createPool()
    return whenWarm(pool)
  }

  return {
    start: () => (starting ??= start()),
    identify: (photo) => examine<Identification>('identify', photo),
    examineForEnrolment: (photo) => examine<Enrolment>('enrol', photo),
    load: queue.load,
    async close () {
      await starting?.catch(() => {}) // Whoever started it was told.
      await queue.idle()
      await pool?.close()
    }
  }
}
