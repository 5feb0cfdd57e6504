import { join } from 'node:path'
import { Tensor } from 'onnxruntime-node'
import { callNetwork } from '../network-guard.ts'
import { isQuickLook, LANDMARK_SIDE, type Backend, type Encode } from './backend.ts'
import { openSession } from './onnx-session.ts'
import { facesInBoxes } from './ssd-boxes.ts'
import { facesInGrid } from './tiny-boxes.ts'

type Outputs = Readonly<Record<string, Float32Array>>

/** Runs a graph on `count` square pictures of `side` pixels. */
type Network = (rgb: Uint8Array, count: number, side: number) => Promise<Outputs>

async function loadNetwork (
  file: string, executionProviders: readonly string[], keepMemory?: boolean
): Promise<Network> {
  const session = await openSession(file, executionProviders, keepMemory)
  return async (rgb, count, side) => {
    const results = await callNetwork(() => session.run({ image: new Tensor('uint8', rgb, [count, side, side, 3]) }))
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]))
  }
}

/**
 * A recognition network that `npm run models` built, for chips of `side` pixels. Rejects, naming the file, when it is
 * missing or damaged.
 */
export async function openEncoder (
  file: string, side: number, executionProviders: readonly string[] = ['cpu']
): Promise<Encode> {
  const network = await loadNetwork(file, executionProviders)
  return async (rgb, count) => (await network(rgb, count, side)).encoding!
}

/**
 * The networks that find a face on ONNX Runtime; `modelsDir` holds the graphs that `npm run models` builds. Rejects,
 * naming the file, when one is missing or damaged.
 */
export async function createOnnxBackend (
  modelsDir: string, executionProviders: readonly string[] = ['cpu']
): Promise<Backend> {
  // One after the other: when one fails, no other may still be loading, or the process aborts.
  const load = (name: string, keepMemory?: boolean): Promise<Network> =>
    loadNetwork(join(modelsDir, `${name}.onnx`), executionProviders, keepMemory)
  const tiny = await load('tiny_face_detector')
  // Rarely asked, these would hold 40 and 50 MiB all the time.
  const tinyLarge = await load('tiny_face_detector', false)
  const ssd = await load('ssd_mobilenetv1', false)
  const landmarks = await load('face_landmark_68')
  return {
    async detect (detector, rgb, side) {
      if (detector === 'tiny_face_detector') {
        const network = isQuickLook(detector, side) ? tiny : tinyLarge
        return facesInGrid((await network(rgb, 1, side)).grid!, side)
      }
      const { scores, boxes } = await ssd(rgb, 1, side)
      return facesInBoxes(scores!, boxes!)
    },
    landmarks: async (rgb, count) => (await landmarks(rgb, count, LANDMARK_SIDE)).points!
  }
}
