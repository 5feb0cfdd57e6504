import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The parts of face-api and tfjs that are called, typed by hand: the packages' own types need a browser. */
export interface Tensor { data (): Promise<Float32Array>, dispose (): void }
export interface FoundFace { score: number, box: { left: number, top: number, width: number, height: number } }
interface Network { loadFromDisk (dir: string): Promise<void> }
interface Detector extends Network { locateFaces (input: Tensor, options: object): Promise<FoundFace[]> }
interface Estimator extends Network { forward (input: Tensor): Promise<Tensor> }

export interface FaceApi {
  tf: {
    setBackend (name: string): Promise<boolean>
    ready (): Promise<void>
    tensor4d (values: Uint8Array, shape: number[], dtype: 'int32'): Tensor
    memory (): { numTensors: number }
  }
  nets: {
    ssdMobilenetv1: Detector
    tinyFaceDetector: Detector
    faceLandmark68Net: Estimator
    faceRecognitionNet: Estimator
  }
  SsdMobilenetv1Options: new (options: { minConfidence: number, maxResults: number }) => object
  TinyFaceDetectorOptions: new (options: { inputSize: number, scoreThreshold: number }) => object
}

/** Which TensorFlow runs the networks; `notice` says in one line why it is not the native one. */
export interface LoadedFaceApi {
  faceApi: FaceApi
  engine: 'tfjs-node' | 'tfjs-wasm'
  notice?: string
}

const require = createRequire(import.meta.url)
const packageDir = (name: string): string => dirname(require.resolve(`${name}/package.json`))

function whyNotNative (err: unknown): string {
  if (!(err instanceof Error)) return String(err)
  if ('code' in err && err.code === 'MODULE_NOT_FOUND' && err.message.includes("'@tensorflow/tfjs-node'")) {
    return 'it is not installed'
  }
  const [line = ''] = err.message.split('\n', 1)
  return line.replace(/[.\s]+$/, '') || err.name
}

async function loadWasm (faceApiDir: string): Promise<FaceApi> {
  const wasm = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths (dir: string): void }
  wasm.setWasmPaths(join(packageDir('@tensorflow/tfjs-backend-wasm'), 'dist') + '/')
  const faceApi = require(join(faceApiDir, 'dist/face-api.node-wasm.js')) as FaceApi
  await faceApi.tf.setBackend('wasm')
  return faceApi
}

/** Loads face-api with its four networks on @tensorflow/tfjs-node where that is installed, else on WebAssembly. */
export async function loadFaceApi (): Promise<LoadedFaceApi> {
  const faceApiDir = packageDir('@vladmandic/face-api')
  let loaded: LoadedFaceApi
  try {
    require('@tensorflow/tfjs-node')
    loaded = { faceApi: require(join(faceApiDir, 'dist/face-api.node.js')) as FaceApi, engine: 'tfjs-node' }
  } catch (err) {
    const notice = `@tensorflow/tfjs-node cannot be used: ${whyNotNative(err)}; the networks run on WebAssembly`
    loaded = { faceApi: await loadWasm(faceApiDir), engine: 'tfjs-wasm', notice }
  }
  const { tf, nets } = loaded.faceApi
  await tf.ready()
  const networks = [nets.ssdMobilenetv1, nets.tinyFaceDetector, nets.faceLandmark68Net, nets.faceRecognitionNet]
  for (const network of networks) await network.loadFromDisk(join(faceApiDir, 'model'))
  return loaded
}
