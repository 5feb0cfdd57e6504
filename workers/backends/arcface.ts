import { Tensor, type InferenceSession } from 'onnxruntime-node'
import { callNetwork } from '../network-guard.ts'
import { ENCODING_LENGTHS, isEncodingLength } from '../gallery-layout.ts'
import { type NetworkFile } from '../protocol.ts'
import { openSession } from './onnx-session.ts'

/** Side of the square that ArcFace-style networks take, in pixels (Deng et al. 2019, insightface). */
export const ARCFACE_SIDE = 112
const PIXELS = ARCFACE_SIDE ** 2

/** Encodes `count` chips of {@link ARCFACE_SIDE}, RGB: `count` × length numbers, each encoding of length 1. */
export type ArcfaceNetwork = (rgb: Uint8Array, count: number) => Promise<Float32Array>

/** Whether the colours come as planes or pixel by pixel. Throws on anything but one picture of the right size. */
function takesPlanes ({ inputMetadata }: InferenceSession, path: string): boolean {
  const [input, ...others] = inputMetadata
  if (input?.isTensor && input.type === 'float32' && others.length === 0 && input.shape.length === 4) {
    const isSide = (size: number | string | undefined): boolean => typeof size === 'string' || size === ARCFACE_SIDE
    const [, one, two, three] = input.shape
    if (one === 3 && isSide(two) && isSide(three)) return true
    if (isSide(one) && isSide(two) && three === 3) return false
  }
  throw new Error(`${path} is not an ArcFace-style network: it must take one picture of 3 × ${ARCFACE_SIDE} × ${ARCFACE_SIDE} numbers (float32)`)
}

/** One over the Euclidean length. */
export function normalise (vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

/**
 * Loads the network. Rejects, naming the file, when it is missing, damaged, takes or gives something else: 128 to 512
 * numbers, a multiple of 16.
 */
export async function openArcface ({ path, channels, mean, scale }: NetworkFile, executionProviders: readonly string[] = ['cpu']): Promise<ArcfaceNetwork> {
  const session = await openSession(path, executionProviders)
  const planes = takesPlanes(session, path)
  const [input, output] = [session.inputNames[0]!, session.outputNames[0]!]
  const [pixelStep, channelStep] = planes ? [1, PIXELS] : [3, 1]
  const order = channels === 'rgb' ? [0, 1, 2] : [2, 1, 0]
  const numbers = new Float32Array(3 * PIXELS)
  const shape = planes ? [1, 3, ARCFACE_SIDE, ARCFACE_SIDE] : [1, ARCFACE_SIDE, ARCFACE_SIDE, 3]

  async function encode (rgb: Uint8Array): Promise<Float32Array> {
    for (let pixel = 0, at = 0; pixel < PIXELS; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        numbers[pixel * pixelStep + order[channel]! * channelStep] = (rgb[at++]! - mean) / scale
      }
    }
    const { data } = (await callNetwork(() => session.run({ [input]: new Tensor('float32', numbers, shape) })))[output]!
    const { length } = data
    if (!isEncodingLength(length)) {
      const { min, max, step } = ENCODING_LENGTHS
      throw new Error(`${path} gives ${length} numbers: an encoding has ${min} to ${max}, a multiple of ${step}`)
    }
    return normalise(data as Float32Array)
  }

  return async (rgb, count) => {
    const encodings: Float32Array[] = []
    for (let i = 0; i < count; i++) encodings.push(await encode(rgb.subarray(i * 3 * PIXELS, (i + 1) * 3 * PIXELS)))
    const all = new Float32Array(count * encodings[0]!.length)
    encodings.forEach((encoding, i) => all.set(encoding, i * encoding.length))
    return all
  }
}
