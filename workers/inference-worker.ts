import { parentPort, threadId, workerData } from 'node:worker_threads'
import { loadBackend } from './backends/load.ts'
import { guard } from './network-guard.ts'
import { createMatcher } from './pipeline/match.ts'
import { PhotoError } from './pipeline/photo-error.ts'
import {
  detect, encode, encodeKeptChip, examineForEnrolment, identify, identifyAll, type FrameTask, type Seen, type Tools
} from './pipeline/pipeline.ts'
import { createPreviousSearch } from './pipeline/previous.ts'
import { openRecognizer } from './pipeline/recognizer.ts'
import { warmUp } from './pipeline/warm-up.ts'
import type { PhotoResult, PhotoTask, WorkerReady, WorkerSetup } from './protocol.ts'

/** What is done with a photo. */
const WORK: Readonly<Record<
  PhotoTask['purpose'], (tools: Tools, photo: Uint8Array, task: FrameTask) => Promise<Seen<unknown>>
>> = {
  identify: (tools, photo, { imagePixelsMax, search }) => identify(tools, photo, imagePixelsMax, search),
  encode: (tools, photo, { imagePixelsMax }) => encode(tools, photo, imagePixelsMax),
  enrol: (tools, photo, { imagePixelsMax }) => examineForEnrolment(tools, photo, imagePixelsMax),
  'identify-all': identifyAll,
  detect,
  reencode: encodeKeptChip
}

/** Loads the networks and warms them up. */
async function start (setup: WorkerSetup): Promise<(task: PhotoTask) => Promise<PhotoResult<unknown>>> {
  const { backend, encode, ...about } = await loadBackend(setup)
  const recognizer = await openRecognizer(setup, encode)
  const tools: Tools = {
    backend,
    recognizer,
    matchFace: createMatcher(setup.gallery),
    searchPrevious: createPreviousSearch(setup),
    augment: setup.augment,
    keepChips: setup.keepChips
  }
  await warmUp(tools)
  const ready: WorkerReady = { ready: true, threadId, guard, ...about }
  parentPort?.postMessage(ready)

  return async ({ takenBy, purpose, photo, ...task }) => {
    Atomics.store(takenBy, 0, threadId)
    try {
      return { ok: true, ...await WORK[purpose](tools, new Uint8Array(photo), task) }
    } catch (err) {
      return err instanceof PhotoError ? { ok: false, code: err.code } : { ok: false, code: 'BUG', error: err }
    }
  }
}

/** Piscina waits for the promise: a thread takes its first photo when its models are warm. */
export default start(workerData as WorkerSetup)
