import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { ensureModels } from '../../models/build.ts'
import type {
  DetectedFace, Enrolment, Frame, Identification, PhotoTask, Search, StageTimes
} from '../../workers/protocol.ts'
import type { RequestContext } from '../request-context.ts'
import { ConfigError, type Config } from '../config.ts'
import { ERRORS, FaceError } from '../errors.ts'
import { ensureRecognitionNetwork } from '../networks/ensure-network.ts'
import { createPhotoQueue } from './photo-queue.ts'
import { createThreadPool, type Engine, type ThreadPoolConfig, type ThreadPoolOptions } from './thread-pool.ts'

/**
 * The inference threads. Photos passed to them are transferred: do not use the bytes afterwards. All ways of looking at
 * one return null, or no faces, when there is no face, throw the {@link FaceError} that the photo deserves,
 * `OVERLOADED` at once when the queue is full, `INFERENCE_TIMEOUT` after the deadline, `INFERENCE_FAILED` when the
 * thread died, and `CLIENT_GONE` when the signal aborts while it waits. The wait and, on success, every stage are
 * reported to the request context: each with its full duration, as if they had run one after the other.
 */
export interface Inference {
  /**
   * Builds missing models and resolves when every thread has its models loaded and warm, with what runs them; rejects
   * if one cannot.
   */
  start (): Promise<Engine>
  /** Throws `OVERLOADED` if a photo would be refused now: sooner than when it has arrived. */
  assertRoom (): void
  /** Encodes and matches the face before the camera. */
  identify (photo: ArrayBuffer, context?: RequestContext, search?: Search): Promise<Identification | null>
  /** Encodes and measures the face before the camera, and looks for others. */
  examineForEnrolment (photo: ArrayBuffer, context?: RequestContext): Promise<Enrolment | null>
  /** Encodes the face before the camera, for a comparison with known encodings: it is matched with nobody. */
  encode (photo: ArrayBuffer, context?: RequestContext): Promise<Identification | null>
  /** Encodes and matches all faces, at most `facesMax`. */
  identifyAll (
    photo: ArrayBuffer, facesMax: number, context?: RequestContext, search?: Search
  ): Promise<Frame<Identification>>
  /** Finds and measures all faces, at most `facesMax`. */
  detect (photo: ArrayBuffer, facesMax: number, context?: RequestContext): Promise<Frame<DetectedFace>>
  /** Encodes a face that was kept. */
  reencode (chip: ArrayBuffer): Promise<Float32Array>
  /** Photos in work and photos that wait. */
  load (): { running: number, waiting: number }
  /** Finishes the photos under way and ends the threads. */
  close (): Promise<void>
}

export interface InferenceOptions extends Omit<ThreadPoolOptions, 'onThreads'> {
  config: ThreadPoolConfig & Pick<Config, 'INFERENCE_QUEUE_MAX' | 'MAX_IMAGE_PIXELS'>
  /** Called with how long each photo waited and what its stages took, in milliseconds. */
  onPhoto?: (waitedMs: number, stages: StageTimes) => void
}

/** TensorFlow.js is 300 MB that few need, so it is installed by those who do. */
function requireTensorFlow (): void {
  const { resolve } = createRequire(import.meta.url)
  try {
    for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm']) resolve(`${name}/package.json`)
  } catch {
    throw new ConfigError('INFERENCE_BACKEND=tfjs needs TensorFlow.js, which is not installed: npm run install:tfjs')
  }
}

/** Makes the pool. */
export function createInferencePool ({ onPhoto, ...options }: InferenceOptions): Inference {
  const { config } = options
  const threads = createThreadPool({ ...options, onThreads: () => queue.slotsChanged() })
  const queue = createPhotoQueue({ slots: threads.count, waitingMax: config.INFERENCE_QUEUE_MAX })
  let starting: Promise<Engine> | undefined

  function refusal (code: keyof typeof ERRORS): FaceError {
    if (code !== 'IMAGE_TOO_LARGE') return new FaceError(code)
    return new FaceError(code, { message: `${ERRORS[code][1]} (at most ${config.MAX_IMAGE_PIXELS} pixels)` })
  }

  async function examine<Found> (
    task: Omit<PhotoTask, 'takenBy' | 'imagePixelsMax'>, { signal, onPart, onPhotoReleased }: RequestContext = {}
  ): Promise<Found> {
    const arrivedAt = performance.now()
    let startedAt = arrivedAt
    let isStarted = false
    const result = await queue.run(async () => {
      isStarted = true
      startedAt = performance.now()
      onPart?.('photo wait', arrivedAt, startedAt)
      try {
        return await threads.run<Found>({ ...task, imagePixelsMax: config.MAX_IMAGE_PIXELS })
      } finally {
        onPhotoReleased?.()
      }
    }, { limitMs: config.INFERENCE_TIMEOUT_MS, ...signal && { signal } }).finally(() => {
      // Its deadline may pass while a thread still has it.
      if (!isStarted) onPhotoReleased?.()
    })
    if (!result.ok) throw result.code === 'BUG' ? result.error : refusal(result.code)
    onPhoto?.(startedAt - arrivedAt, result.stages)
    let stageAt = startedAt
    for (const [stage, ms] of Object.entries(result.stages)) {
      onPart?.(`photo ${stage}`, stageAt, stageAt + ms)
      stageAt += ms
    }
    return result.found
  }

  async function start (): Promise<Engine> {
    const modelsDir = resolve(config.MODELS_DIR)
    await ensureRecognitionNetwork(options.network, modelsDir)
    if (config.INFERENCE_BACKEND === 'tfjs') requireTensorFlow()
    else await ensureModels(modelsDir)
    return threads.start()
  }

  return {
    start: () => (starting ??= start()),
    assertRoom: () => queue.assertRoom(config.INFERENCE_TIMEOUT_MS),
    identify: (photo, context, search = {}) => examine({ purpose: 'identify', photo, search }, context),
    examineForEnrolment: (photo, context) => examine({ purpose: 'enrol', photo }, context),
    encode: (photo, context) => examine({ purpose: 'encode', photo }, context),
    identifyAll: (photo, facesMax, context, search = {}) => (
      examine({ purpose: 'identify-all', photo, facesMax, search }, context)
    ),
    detect: (photo, facesMax, context) => examine({ purpose: 'detect', photo, facesMax }, context),
    reencode: (chip) => examine({ purpose: 'reencode', photo: chip }),
    load: queue.load,
    async close () {
      await starting?.catch(() => {}) // start() has rejected, too.
      await queue.idle()
      await threads.close()
    }
  }
}
