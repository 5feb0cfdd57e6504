import { join, resolve } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { createOnnxBackend, openEncoder } from '../workers/backends/onnx.ts'
import { openRecognizer } from '../workers/pipeline/recognizer.ts'
import { networkOf } from './network.ts'
import { CHIP_SIDE, LANDMARK_SIDE, SSD_SIDE } from '../workers/backends/backend.ts'
import { Graph } from '../models/graph.ts'

/** The least that the parts of a photo cost on this machine: each alone, the best of many runs, in milliseconds. */
export interface Floor {
  tiny160: number
  tiny320: number
  ssd512: number
  landmarks: number
  /** The recognition network that the server is set to. */
  encode: number
  /** face-api's, and the same in 8 bits. */
  encodeFaceApi: number
  encodeInt8: number
  /** Single-threaded multiplication of 32-bit matrices by ONNX Runtime, in GFLOP/s. */
  gflops: number
  /** One thread reading 256 MiB, in GB/s. */
  readGBs: number
}

const MATRIX_SIDE = 1024
const READ_BYTES = 256 * 2 ** 20

/** The least of so many runs, in milliseconds. */
export async function best (run: () => Promise<unknown> | unknown, rounds = 30): Promise<number> {
  let least = Infinity
  for (let i = 0; i < rounds; i++) {
    const startedAt = performance.now()
    await run()
    least = Math.min(least, performance.now() - startedAt)
  }
  return least
}

async function matrixGflops (): Promise<number> {
  const graph = new Graph('matmul')
  const input = graph.image(1, 1)
  const data = new Float32Array(MATRIX_SIDE ** 2).fill(0.5)
  const matrix = { dims: [MATRIX_SIDE, MATRIX_SIDE], data }
  // The input keeps ONNX Runtime from computing the product when it loads the graph.
  const left = graph.op('Add', [graph.constant(matrix), graph.op('ReduceMax', [input], { keepdims: 0 })])
  graph.output('product', graph.op('MatMul', [left, graph.constant(matrix)]), [MATRIX_SIDE, MATRIX_SIDE])
  const session = await InferenceSession.create(graph.encode(), { intraOpNumThreads: 1, interOpNumThreads: 1 })
  const image = new Tensor('uint8', new Uint8Array(3), [1, 1, 1, 3])
  return 2 * MATRIX_SIDE ** 3 / await best(() => session.run({ image }), 10) / 1e6
}

async function readBandwidth (): Promise<number> {
  // Written once: pages that were never touched all share one.
  const words = new Float64Array(READ_BYTES / 8).fill(2)
  let sink = 0
  const ms = await best(() => { sink += Buffer.from(words.buffer).indexOf(1) }, 5)
  return sink > 0 ? NaN : READ_BYTES / ms / 1e6
}

/** Measures the networks and the machine. */
export async function measureFloor (): Promise<Floor> {
  const modelsDir = resolve(process.env['MODELS_DIR'] ?? './models')
  const backend = await createOnnxBackend(modelsDir)
  const { chipSide, encode } = await openRecognizer({ network: (await networkOf()).setup, executionProviders: ['cpu'] })
  const faceApi = await openEncoder(join(modelsDir, 'face_recognition.onnx'), CHIP_SIDE)
  const int8 = await openEncoder(join(modelsDir, 'face_recognition_int8.onnx'), CHIP_SIDE)
  const pixels = (side: number): Uint8Array => new Uint8Array(side * side * 3).fill(128)
  const [tiny160, tiny320, ssd] = [pixels(160), pixels(320), pixels(SSD_SIDE)]
  const [face, chip] = [pixels(LANDMARK_SIDE), pixels(CHIP_SIDE)]
  const own = pixels(chipSide)
  return {
    tiny160: await best(() => backend.detect('tiny_face_detector', tiny160, 160)),
    tiny320: await best(() => backend.detect('tiny_face_detector', tiny320, 320)),
    ssd512: await best(() => backend.detect('ssd_mobilenetv1', ssd, SSD_SIDE), 10),
    landmarks: await best(() => backend.landmarks(face, 1)),
    encode: await best(() => encode(own, 1)),
    encodeFaceApi: await best(() => faceApi(chip, 1)),
    encodeInt8: await best(() => int8(chip, 1)),
    gflops: await matrixGflops(),
    readGBs: await readBandwidth()
  }
}

/** Milliseconds to decode one of the photos, all pixels, and nothing else. */
export async function decodeMs (photos: readonly Buffer[], rounds: number): Promise<number> {
  let sum = 0
  for (const photo of photos) sum += await best(() => sharp(photo).raw().toBuffer(), rounds)
  return sum / photos.length
}

/** Milliseconds that a photo takes when nothing but the networks runs: decode, detect at 320, landmarks, encode. */
export const floorMs = ({ tiny320, landmarks, encode }: Floor, decode: number): number =>
  decode + tiny320 + landmarks + encode
