import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { CHIP_SIDE, DETECTOR_SIDE, LANDMARK_SIDE, type Backend, type Detection } from './backend.ts'
import { suppressNonMaxima } from './non-maximum-suppression.ts'

/** What face-api's ssd_mobilenetv1 uses: a lower score is no face, boxes that overlap more are one face. */
export const DETECTION_SCORE_MIN = 0.5
const DETECTION_OVERLAP_MAX = 0.5
/** Faces of one picture, the best ones; face-api's limit. */
export const DETECTIONS_MAX = 100

/** One thread each: the pool of threads is the parallelism. */
const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3
}

type Outputs = Readonly<Record<string, Float32Array>>

/** Loads one graph; the result runs it on `count` square pictures of `side` pixels. */
async function loadNetwork (file: string, side: number): Promise<(rgb: Uint8Array, count: number) => Promise<Outputs>> {
  const session = await InferenceSession.create(file, SESSION_OPTIONS)
  return async (rgb, count) => {
    const results = await session.run({ image: new Tensor('uint8', rgb, [count, side, side, 3]) })
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]))
  }
}

/** The detector's boxes that are faces, in pixels of its input, cut off at the input's edges as in face-api. */
function detectionsOf (scores: Float32Array, boxes: Float32Array): Detection[] {
  const detections: Detection[] = []
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!
    if (score <= DETECTION_SCORE_MIN) continue
    const [top, left, bottom, right] = Array.from(boxes.subarray(4 * i, 4 * i + 4), (share) => share * DETECTOR_SIDE) as [number, number, number, number]
    detections.push({ score, left, top, width: right - left, height: bottom - top })
  }
  const inside = (value: number): number => Math.min(DETECTOR_SIDE, Math.max(0, value))
  return suppressNonMaxima(detections, DETECTION_OVERLAP_MAX, DETECTIONS_MAX).map(({ score, left, top, width, height }) => ({
    score,
    left: inside(left),
    top: inside(top),
    width: inside(left + width) - inside(left),
    height: inside(top + height) - inside(top)
  }))
}

/**
 * The networks on ONNX Runtime; `modelsDir` holds the graphs that `npm run models` builds. Rejects, naming the file,
 * when one is missing or damaged.
 *
 * While a thread loads or runs a network nobody may terminate it, nor end the process by `process.exit`: the native
 * binding (1.30) then throws where nothing can catch it, and the whole process aborts. Between two calls both are safe.
 */
export async function createOnnxBackend (modelsDir: string): Promise<Backend> {
  const [detector, landmarks, recognition] = await Promise.all([
    loadNetwork(join(modelsDir, 'ssd_mobilenetv1.onnx'), DETECTOR_SIDE),
    loadNetwork(join(modelsDir, 'face_landmark_68.onnx'), LANDMARK_SIDE),
    loadNetwork(join(modelsDir, 'face_recognition.onnx'), CHIP_SIDE)
  ])
  const named = (outputs: Outputs, name: string): Float32Array => outputs[name]!
  return {
    async detect (rgb) {
      const outputs = await detector(rgb, 1)
      return detectionsOf(named(outputs, 'scores'), named(outputs, 'boxes'))
    },
    landmarks: async (rgb, count) => named(await landmarks(rgb, count), 'points'),
    encode: async (rgb, count) => named(await recognition(rgb, count), 'encoding')
  }
}
