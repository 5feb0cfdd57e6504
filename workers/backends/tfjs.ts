import {
  CHIP_SIDE, LANDMARK_SIDE, SCORE_MIN, type Backend, type Detection, type Encode, type LoadedBackend
} from './backend.ts'
import { loadFaceApi, type FoundFace, type Tensor } from './face-api-module.ts'
import { DETECTIONS_MAX } from './non-maximum-suppression.ts'

const flat = ({ score, box: { left, top, width, height } }: FoundFace): Detection =>
  ({ score, left, top, width, height })

async function numbers (output: Tensor): Promise<Float32Array> {
  const data = await output.data()
  output.dispose()
  return data
}

function joined (rows: Float32Array[]): Float32Array {
  const length = rows.reduce((sum, row) => sum + row.length, 0)
  const all = new Float32Array(length)
  let at = 0
  for (const row of rows) {
    all.set(row, at)
    at += row.length
  }
  return all
}

/** The networks as face-api itself runs them on TensorFlow.js: several times slower than ONNX Runtime. */
export async function createTfjsBackend (): Promise<LoadedBackend & { encode: Encode }> {
  const { faceApi, engine, notice } = await loadFaceApi()
  const { tf, nets, SsdMobilenetv1Options, TinyFaceDetectorOptions } = faceApi

  async function withPicture<T> (rgb: Uint8Array, side: number, run: (input: Tensor) => Promise<T>): Promise<T> {
    const input = tf.tensor4d(rgb, [1, side, side, 3], 'int32')
    try {
      return await run(input)
    } finally {
      input.dispose()
    }
  }

  /** One picture after the other: face-api's networks take no batches. */
  async function eachPicture (
    rgb: Uint8Array, count: number, side: number, run: (input: Tensor) => Promise<Tensor>
  ): Promise<Float32Array> {
    const size = side * side * 3
    const rows: Float32Array[] = []
    for (let i = 0; i < count; i++) {
      const picture = rgb.subarray(i * size, (i + 1) * size)
      rows.push(await withPicture(picture, side, async (input) => numbers(await run(input))))
    }
    return joined(rows)
  }

  const backend: Backend = {
    detect: (detector, rgb, side) => withPicture(rgb, side, async (input) => {
      const found = detector === 'tiny_face_detector'
        ? await nets.tinyFaceDetector.locateFaces(input,
          new TinyFaceDetectorOptions({ inputSize: side, scoreThreshold: SCORE_MIN }))
        : await nets.ssdMobilenetv1.locateFaces(input,
          new SsdMobilenetv1Options({ minConfidence: SCORE_MIN, maxResults: DETECTIONS_MAX }))
      return found.map(flat)
    }),
    landmarks: (rgb, count) => eachPicture(rgb, count, LANDMARK_SIDE, (input) => nets.faceLandmark68Net.forward(input))
  }
  const encode: Encode = (rgb, count) =>
    eachPicture(rgb, count, CHIP_SIDE, (input) => nets.faceRecognitionNet.forward(input))
  return { backend, encode, engine, ...(notice ? { notice } : {}) }
}
