import { join } from 'node:path'
import { Tensor } from 'onnxruntime-node'
import { CHIP_SIDE, LANDMARK_SIDE, type Backend } from './backend.ts'
import { openSession } from './onnx-session.ts'
import { facesInBoxes } from './ssd-boxes.ts'
import { facesInGrid } from './tiny-boxes.ts'

type Outputs = Readonly<Record<string, Float32Array>>

/** Runs a graph on `count` square pictures of `side` pixels. */
type Network = (rgb: Uint8Array, count: number, side: number) => Promise<Outputs>

async function loadNetwork (file: string): Promise<Network> {
  const session = await openSession(file)
  return async (rgb, count, side) => {
    const results = await session.run({ image: new Tensor('uint8', rgb, [count, side, side, 3]) })
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]))
  }
}

/**
 * The networks on ONNX Runtime; `modelsDir` holds the graphs that `npm run models` builds. Rejects, naming the file,
 * when one is missing or damaged.
 */
export async function createOnnxBackend (modelsDir: string): Promise<Backend> {
  const [tiny, ssd, landmarks, recognition] = await Promise.all(
    ['tiny_face_detector', 'ssd_mobilenetv1', 'face_landmark_68', 'face_recognition'].map((name) => loadNetwork(join(modelsDir, `${name}.onnx`)))
  ) as [Network, Network, Network, Network]
  return {
    async detect (detector, rgb, side) {
      if (detector === 'tiny_face_detector') return facesInGrid((await tiny(rgb, 1, side)).grid!, side)
      const { scores, boxes } = await ssd(rgb, 1, side)
      return facesInBoxes(scores!, boxes!)
    },
    landmarks: async (rgb, count) => (await landmarks(rgb, count, LANDMARK_SIDE)).points!,
    encode: async (rgb, count) => (await recognition(rgb, count, CHIP_SIDE)).encoding!
  }
}
