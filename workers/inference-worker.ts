import { parentPort, workerData } from 'node:worker_threads'
import sharp from 'sharp'
import { LANDMARK_SIDE } from './backends/backend.ts'
import { loadBackend } from './backends/load.ts'
import { createMatcher } from './pipeline/match.ts'
import { PhotoError } from './pipeline/photo-error.ts'
import { examineForEnrolment, identify, type Tools } from './pipeline/pipeline.ts'
import { openRecognizer } from './pipeline/recognizer.ts'
import type { PhotoResult, PhotoTask, WorkerReady, WorkerSetup } from './protocol.ts'

const WARM_UP_SIDE = 256

/** Loads the networks and runs each once, so that the first kiosk does not pay for it. */
async function start (setup: WorkerSetup): Promise<(task: PhotoTask) => Promise<PhotoResult>> {
  const startedAt = performance.now()
  const { backend, ...about } = await loadBackend(setup)
  const recognizer = await openRecognizer(backend, setup)
  const tools: Tools = { backend, recognizer, matchFace: createMatcher(setup.gallery), augment: setup.augment }
  const blank = await sharp({ create: { width: WARM_UP_SIDE, height: WARM_UP_SIDE, channels: 3, background: 'gray' } }).jpeg().toBuffer()
  await identify(tools, blank, WARM_UP_SIDE ** 2)
  await backend.landmarks(new Uint8Array(LANDMARK_SIDE ** 2 * 3), 1)
  await recognizer.encode(new Uint8Array(recognizer.chipSide ** 2 * 3), 1)
  const ready: WorkerReady = { ready: true, loadMs: performance.now() - startedAt, ...about }
  parentPort?.postMessage(ready)

  return async ({ purpose, photo, imagePixelsMax }) => {
    const work = purpose === 'enrol' ? examineForEnrolment : identify
    try {
      return { ok: true, ...await work(tools, new Uint8Array(photo), imagePixelsMax) }
    } catch (err) {
      if (err instanceof PhotoError) return { ok: false, code: err.code }
      throw err
    }
  }
}

/** Piscina waits for the promise: a thread takes its first photo when its models are warm. */
export default start(workerData as WorkerSetup)
