import { parentPort, workerData } from 'node:worker_threads'
import sharp from 'sharp'
import { CHIP_SIDE, LANDMARK_SIDE } from './backends/backend.ts'
import { loadBackend } from './backends/load.ts'
import { PhotoError } from './pipeline/photo-error.ts'
import { examineForEnrolment, identify, type Tools } from './pipeline/pipeline.ts'
import type { PhotoResult, PhotoTask, WorkerReady, WorkerSetup } from './protocol.ts'

const WARM_UP_SIDE = 256

/** Loads the networks and runs each once, so that the first kiosk does not pay for it. */
async function start (setup: WorkerSetup): Promise<(task: PhotoTask) => Promise<PhotoResult>> {
  const startedAt = performance.now()
  const { backend, ...about } = await loadBackend(setup)
  const tools: Tools = { backend, gallery: setup.gallery, augment: setup.augment }
  const blank = await sharp({ create: { width: WARM_UP_SIDE, height: WARM_UP_SIDE, channels: 3, background: 'gray' } }).jpeg().toBuffer()
  await identify(tools, blank, WARM_UP_SIDE ** 2)
  const chip = new Uint8Array(CHIP_SIDE ** 2 * 3)
  await backend.landmarks(chip.subarray(0, LANDMARK_SIDE ** 2 * 3), 1)
  await backend.encode(chip, 1)
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
