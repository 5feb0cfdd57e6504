import type { WorkerSetup } from '../protocol.ts'
import type { Recognizer } from './recognizer.ts'

/** A chip's encoding and that of its mirror image. */
export interface EncodingPair {
  encoding: Float32Array
  mirrored: Float32Array
}

/** The square chip seen in a mirror: RGB pixels, left and right exchanged. */
export function mirror (chip: Uint8Array): Uint8Array {
  const side = Math.sqrt(chip.length / 3)
  const mirrored = new Uint8Array(chip.length)
  for (let row = 0; row < chip.length; row += 3 * side) {
    for (let x = 0; x < side; x++) {
      const from = row + 3 * x
      mirrored.set(chip.subarray(from, from + 3), row + 3 * (side - 1 - x))
    }
  }
  return mirrored
}

/** Encodes a chip and its mirror image in one go. */
export async function encodePair (recognizer: Pick<Recognizer, 'encode'>, chip: Uint8Array): Promise<EncodingPair> {
  const both = new Uint8Array(2 * chip.length)
  both.set(chip)
  both.set(mirror(chip), chip.length)
  const encodings = await recognizer.encode(both, 2)
  return { encoding: encodings.slice(0, encodings.length / 2), mirrored: encodings.slice(encodings.length / 2) }
}

/** Halfway between the two: what dlib calls jittering, with the one change of a face that leaves it the same person. */
export function averageOf ({ encoding, mirrored }: EncodingPair): Float32Array {
  return encoding.map((value, i) => (value + mirrored[i]!) / 2)
}

/** The encoding of a chip, on the unit sphere if the network's are: its own, or the average with its mirror image's. */
export async function encodeChip (
  recognizer: Pick<Recognizer, 'encode' | 'normalise'>, chip: Uint8Array, augment: WorkerSetup['augment']
): Promise<Float32Array> {
  return augment === 'flip'
    ? recognizer.normalise(averageOf(await encodePair(recognizer, chip)))
    : recognizer.encode(chip, 1)
}

/** Euclidean distance between the two. */
export function spreadOf ({ encoding, mirrored }: EncodingPair): number {
  return Math.hypot(...encoding.map((value, i) => value - mirrored[i]!))
}
