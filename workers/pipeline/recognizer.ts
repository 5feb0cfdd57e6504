import { ARCFACE_SIDE, normalise, openArcface } from '../backends/arcface.ts'
import { CHIP_SIDE, type Backend } from '../backends/backend.ts'
import type { WorkerSetup } from '../protocol.ts'
import type { FoundFace } from './confirm.ts'
import { fivePointTransform } from './five-points.ts'
import { warp } from './warp.ts'

/** What makes encodings out of faces. */
export interface Recognizer {
  /** Side of a chip in pixels. */
  chipSide: number
  /** Cuts the face out as the network was trained to see it: a square of RGB pixels. */
  align (face: FoundFace): Uint8Array
  /** One encoding for each of `count` chips that lie one after the other. */
  encode (chips: Uint8Array, count: number): Promise<Float32Array>
  /** Puts an average of encodings where encodings lie: on the unit sphere, if the network's do. */
  settle (average: Float32Array): Float32Array
  /** The distance up to which two encodings commonly are of one person: the scale of all distances. */
  reach: number
}

const DLIB_REACH = 0.6
const ARCFACE_REACH = 1.15

/** face-api's network, or the one of the file. Rejects when that cannot be used. */
export async function openRecognizer (backend: Backend, { network, executionProviders }: Pick<WorkerSetup, 'network' | 'executionProviders'>): Promise<Recognizer> {
  if (!network) {
    return {
      chipSide: CHIP_SIDE,
      align: ({ picture, transform }) => warp(picture, transform, CHIP_SIDE),
      encode: backend.encode,
      settle: (average) => average,
      reach: DLIB_REACH
    }
  }
  return {
    chipSide: ARCFACE_SIDE,
    align: ({ picture, landmarks }) => warp(picture, fivePointTransform(landmarks), ARCFACE_SIDE),
    encode: await openArcface(network, executionProviders),
    settle: normalise,
    reach: ARCFACE_REACH
  }
}
