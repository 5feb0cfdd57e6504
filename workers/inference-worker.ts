import { parentPort, threadId, workerData } from 'node:worker_threads'
import { isQuickLook, type Backend } from './backends/backend.ts'
import { loadBackend } from './backends/load.ts'
import { guard } from './network-guard.ts'
import { createMatcher } from './pipeline/match.ts'
import { PhotoError } from './pipeline/photo-error.ts'
import { examineForEnrolment, identify, type Tools } from './pipeline/pipeline.ts'
import { openRecognizer } from './pipeline/recognizer.ts'
import { warmUp } from './pipeline/warm-up.ts'
import { MARK, type PhotoResult, type PhotoTask, type WorkerReady, type WorkerSetup } from './protocol.ts'
import { giveWay, inTurn, longPhotos } from './turns.ts'

/** Before a look that takes long, the photo that waits goes first. */
const considerate = (backend: Backend): Backend => ({
  ...backend,
  async detect (detector, rgb, side) {
    if (!isQuickLook(detector, side)) await giveWay()
    return backend.detect(detector, rgb, side)
  }
})

/** Loads the networks and warms them up. */
async function start (setup: WorkerSetup): Promise<(task: PhotoTask) => Promise<PhotoResult>> {
  const { backend, ...about } = await loadBackend(setup)
  const recognizer = await openRecognizer(backend, setup)
  const tools: Tools = { backend: considerate(backend), recognizer, matchFace: createMatcher(setup.gallery), augment: setup.augment }
  await warmUp(tools)
  const ready: WorkerReady = { ready: true, threadId, guard, longPhotos, ...about }
  parentPort?.postMessage(ready)

  return async ({ mark, purpose, photo, imagePixelsMax }) => {
    Atomics.store(mark, MARK.threadWord, threadId)
    const work = purpose === 'enrol' ? examineForEnrolment : identify
    try {
      const seen = await inTurn((come) => {
        const turn = async (): Promise<void> => {
          await come()
          Atomics.store(mark, MARK.turnWord, 1)
        }
        return work({ ...tools, turn }, new Uint8Array(photo), imagePixelsMax)
      })
      return { ok: true, ...seen }
    } catch (err) {
      return err instanceof PhotoError ? { ok: false, code: err.code } : { ok: false, code: 'BUG', error: err }
    }
  }
}

/** Piscina waits for the promise: a thread takes its first photo when its models are warm. */
export default start(workerData as WorkerSetup)
