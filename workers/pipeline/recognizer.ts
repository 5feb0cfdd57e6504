import { CHIP_SIDE, type Encode } from '../backends/backend.ts'
import { openEncoder } from '../backends/onnx.ts'
import { l2Normalise, openRawNetwork } from '../backends/raw-network.ts'
import type { Alignment, WorkerSetup } from '../protocol.ts'
import type { PlacedFace } from './confirm.ts'
import { ARCFACE_POINTS, fivePointTransform, RETAIL_POINTS } from './five-points.ts'
import { warp, type Similarity } from './warp.ts'

/** What makes encodings out of faces. */
export interface Recognizer {
  /** Side of a chip in pixels. */
  chipSide: number
  /** Cuts the face out as the network was trained to see it: a square of RGB pixels. */
  align (face: PlacedFace): Uint8Array
  /** One encoding for each of `count` chips that lie one after the other. */
  encode: Encode
  /** Puts an average of encodings where encodings lie: on the unit sphere, if the network's do. */
  normalise (average: Float32Array): Float32Array
  /** The unit in which the distance between the encodings of a face and its mirror image is measured. */
  mirrorSpread: number
}

/** From the pixels of a chip to those of the picture, by how the network was trained to see a face. */
export const ALIGNMENTS: Readonly<Record<Alignment, { side: number, transformOf (face: PlacedFace): Similarity }>> = {
  dlib: { side: CHIP_SIDE, transformOf: ({ transform }) => transform },
  arcface: { side: 112, transformOf: ({ landmarks }) => fivePointTransform(ARCFACE_POINTS, landmarks) },
  retail: { side: 128, transformOf: ({ landmarks }) => fivePointTransform(RETAIL_POINTS, landmarks) }
}

/**
 * Opens the recognition network; `own` is the backend's, for a setup without a file. Rejects, naming the file, when it
 * cannot be used.
 */
export async function openRecognizer (
  { network, executionProviders }: Pick<WorkerSetup, 'network' | 'executionProviders'>, own: Encode | null = null
): Promise<Recognizer> {
  const { path, input, alignment, unit, mirrorSpread } = network
  const { side, transformOf } = ALIGNMENTS[alignment]
  let encode = own
  if (path !== null) {
    encode = input
      ? await openRawNetwork(path, side, input, executionProviders)
      : await openEncoder(path, side, executionProviders)
  }
  if (!encode) throw new Error('this backend has no recognition network of its own')
  return {
    chipSide: side,
    align: (face) => warp(face.picture, transformOf(face), side),
    encode,
    normalise: unit ? l2Normalise : (average) => average,
    mirrorSpread
  }
}
