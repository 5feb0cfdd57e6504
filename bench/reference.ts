import sharp from 'sharp'
import { loadFaceApi, type FaceApi, type Tensor } from '../workers/backends/face-api-module.ts'
import { best } from './floor.ts'

interface WithDescriptor { descriptor: Float32Array }
interface Task { withFaceLandmarks (): { withFaceDescriptor (): Promise<WithDescriptor | undefined> } }
interface FullFaceApi extends FaceApi { detectSingleFace (input: Tensor, options: object): Task }

/**
 * Milliseconds for each photo, the best of some rounds, of what a Node user would pick today: face-api as shipped,
 * with each of its two detectors.
 */
export interface Reference {
  engine: string
  ssd: number
  tiny: number
}

/** Runs the photos through face-api's own chain: detect, landmarks, descriptor. */
export async function measureReference (photos: readonly Buffer[], rounds: number): Promise<Reference> {
  const { faceApi, engine } = await loadFaceApi()
  const api = faceApi as FullFaceApi
  async function one (photo: Buffer, options: object): Promise<void> {
    const { data, info } = await sharp(photo).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    const input = api.tf.tensor4d(data, [1, info.height, info.width, 3], 'int32')
    await api.detectSingleFace(input, options).withFaceLandmarks().withFaceDescriptor()
    input.dispose()
  }
  async function average (options: object): Promise<number> {
    for (const photo of photos.slice(0, 2)) await one(photo, options)
    let sum = 0
    for (const photo of photos) sum += await best(() => one(photo, options), rounds)
    return sum / photos.length
  }
  return {
    engine,
    ssd: await average(new api.SsdMobilenetv1Options({ minConfidence: 0.5, maxResults: 100 })),
    tiny: await average(new api.TinyFaceDetectorOptions({ inputSize: 416, scoreThreshold: 0.5 }))
  }
}
