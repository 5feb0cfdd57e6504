import { Tensor, type InferenceSession } from 'onnxruntime-node'
import { callNetwork } from '../network-guard.ts'
import { ENCODING_LENGTHS, isEncodingLength } from '../gallery-layout.ts'
import type { NetworkInput } from '../protocol.ts'
import type { Encode } from './backend.ts'
import { openSession } from './onnx-session.ts'

/** Whether the colours come as planes or pixel by pixel. Throws on anything but one picture of the right size. */
function takesPlanes ({ inputMetadata }: InferenceSession, path: string, side: number): boolean {
  const [input, ...others] = inputMetadata
  if (input?.isTensor && input.type === 'float32' && others.length === 0 && input.shape.length === 4) {
    const isSide = (size: number | string | undefined): boolean => typeof size === 'string' || size === side
    const [, one, two, three] = input.shape
    if (one === 3 && isSide(two) && isSide(three)) return true
    if (isSide(one) && isSide(two) && three === 3) return false
  }
  const expected = `one picture of 3 × ${side} × ${side} numbers (float32)`
  throw new Error(`${path} is not an ArcFace-style network: it must take ${expected}`)
}

/** One over the Euclidean length. */
export function l2Normalise (vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

/**
 * Loads a recognition network as somebody else made it, for chips of `side` pixels; its encodings are brought to length
 * 1. Rejects, naming the file, when it is missing, damaged, takes or gives something else: 128 to 512 numbers, a
 * multiple of 16.
 */
export async function openRawNetwork (
  path: string,
  side: number,
  { channels, mean, divisor }: NetworkInput,
  executionProviders: readonly string[] = ['cpu']
): Promise<Encode> {
  const session = await openSession(path, executionProviders)
  const pixels = side ** 2
  const planes = takesPlanes(session, path, side)
  const [input, output] = [session.inputNames[0]!, session.outputNames[0]!]
  const [pixelStep, channelStep] = planes ? [1, pixels] : [3, 1]
  const order = channels === 'rgb' ? [0, 1, 2] : [2, 1, 0]
  const numbers = new Float32Array(3 * pixels)
  const shape = planes ? [1, 3, side, side] : [1, side, side, 3]

  async function encode (rgb: Uint8Array): Promise<Float32Array> {
    for (let pixel = 0, at = 0; pixel < pixels; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        numbers[pixel * pixelStep + order[channel]! * channelStep] = (rgb[at++]! - mean) / divisor
      }
    }
    const { data } = (await callNetwork(() => session.run({ [input]: new Tensor('float32', numbers, shape) })))[output]!
    const { length } = data
    if (!isEncodingLength(length)) {
      const { min, max, step } = ENCODING_LENGTHS
      throw new Error(`${path} gives ${length} numbers: an encoding has ${min} to ${max}, a multiple of ${step}`)
    }
    return l2Normalise(data as Float32Array)
  }

  return async (rgb, count) => {
    const encodings: Float32Array[] = []
    for (let i = 0; i < count; i++) encodings.push(await encode(rgb.subarray(i * 3 * pixels, (i + 1) * 3 * pixels)))
    const all = new Float32Array(count * encodings[0]!.length)
    encodings.forEach((encoding, i) => all.set(encoding, i * encoding.length))
    return all
  }
}
