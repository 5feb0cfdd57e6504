import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The parts of face-api and tfjs that the parity test calls, typed by hand: the packages' own types need a browser. */
interface Tensor { data (): Promise<Float32Array>, dispose (): void }
interface Network { loadFromDisk (dir: string): Promise<void> }
interface FaceApi {
  tf: {
    setBackend (name: string): Promise<boolean>
    ready (): Promise<void>
    tensor4d (values: Uint8Array, shape: number[], dtype: 'int32'): Tensor
  }
  nets: {
    ssdMobilenetv1: Network & { locateFaces (input: Tensor, options: object): Promise<FoundFace[]>, forward (input: Tensor): Promise<{ boxes: Tensor[], scores: Tensor[] }> }
    tinyFaceDetector: Network & { forward (input: Tensor, size: number): Promise<Tensor>, locateFaces (input: Tensor, options: object): Promise<FoundFace[]> }
    faceLandmark68Net: Network & { forward (input: Tensor): Promise<Tensor> }
    faceRecognitionNet: Network & { forward (input: Tensor): Promise<Tensor> }
  }
  SsdMobilenetv1Options: new (options: { minConfidence: number, maxResults: number }) => object
  TinyFaceDetectorOptions: new (options: { inputSize: number, scoreThreshold: number }) => object
}
interface FoundFace { score: number, box: { left: number, top: number, width: number, height: number } }

type Face = FoundFace['box'] & { score: number }

const flatFace = ({ score, box: { left, top, width, height } }: FoundFace): Face => ({ score, left, top, width, height })

/** face-api itself on its WebAssembly backend: what a Node user would pick, and the reference for the graphs. */
export interface Reference {
  detect (rgb: Uint8Array, side: number): Promise<Face[]>
  tinyDetect (rgb: Uint8Array, side: number): Promise<Face[]>
  tinyGrid (rgb: Uint8Array, side: number): Promise<Float32Array>
  landmarks (rgb: Uint8Array): Promise<Float32Array>
  encode (rgb: Uint8Array): Promise<Float32Array>
}

export async function loadReference (): Promise<Reference> {
  const require = createRequire(import.meta.url)
  const packageDir = (name: string): string => dirname(require.resolve(`${name}/package.json`))
  const wasm = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths (dir: string): void }
  wasm.setWasmPaths(join(packageDir('@tensorflow/tfjs-backend-wasm'), 'dist') + '/')
  const faceApiDir = packageDir('@vladmandic/face-api')
  const { tf, nets, SsdMobilenetv1Options, TinyFaceDetectorOptions } = require(join(faceApiDir, 'dist/face-api.node-wasm.js')) as FaceApi
  await tf.setBackend('wasm')
  await tf.ready()
  const networks = [nets.ssdMobilenetv1, nets.tinyFaceDetector, nets.faceLandmark68Net, nets.faceRecognitionNet]
  for (const network of networks) await network.loadFromDisk(join(faceApiDir, 'model'))

  async function withPicture<T> (rgb: Uint8Array, side: number, run: (input: Tensor) => Promise<T>): Promise<T> {
    const input = tf.tensor4d(rgb, [1, side, side, 3], 'int32')
    const result = await run(input)
    input.dispose()
    return result
  }
  async function numbers (output: Tensor): Promise<Float32Array> {
    const data = await output.data()
    output.dispose()
    return data
  }
  return {
    detect: (rgb, side) => withPicture(rgb, side, async (input) => {
      const options = new SsdMobilenetv1Options({ minConfidence: 0.5, maxResults: 100 })
      return (await nets.ssdMobilenetv1.locateFaces(input, options)).map(flatFace)
    }),
    tinyDetect: (rgb, side) => withPicture(rgb, side, async (input) => {
      const options = new TinyFaceDetectorOptions({ inputSize: side, scoreThreshold: 0.5 })
      return (await nets.tinyFaceDetector.locateFaces(input, options)).map(flatFace)
    }),
    tinyGrid: (rgb, side) => withPicture(rgb, side, async (input) => numbers(await nets.tinyFaceDetector.forward(input, side))),
    landmarks: (rgb) => withPicture(rgb, 112, async (input) => numbers(await nets.faceLandmark68Net.forward(input))),
    encode: (rgb) => withPicture(rgb, 150, async (input) => numbers(await nets.faceRecognitionNet.forward(input)))
  }
}
