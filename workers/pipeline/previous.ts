import { GALLERY } from '../gallery-layout.ts'
import type { PreviousMatch, WorkerSetup } from '../protocol.ts'
import type { FoundFace } from './confirm.ts'
import { encodeChip } from './encode.ts'
import { createMatcher } from './match.ts'
import { openRecognizer, type Recognizer } from './recognizer.ts'

/** Encodes a face and finds who is nearest among those whom only the previous network knows; null if there is nobody. */
export type PreviousSearch = (face: FoundFace) => Promise<PreviousMatch | null>

/** Makes the search. The previous network is loaded for the first face that it is needed for, and given up with the last. */
export function createPreviousSearch (
  { previous, executionProviders, augment }: Pick<WorkerSetup, 'previous' | 'executionProviders' | 'augment'>
): PreviousSearch {
  if (!previous) return async () => null
  const { network, gallery } = previous
  const matchFace = createMatcher(gallery)
  let recognizer: Promise<Recognizer> | undefined

  return async (face) => {
    if (Atomics.load(new Int32Array(gallery.buffer), GALLERY.liveWord) === 0) {
      recognizer = undefined
      return null
    }
    recognizer ??= openRecognizer({ network, executionProviders })
    const { align, ...opened } = await recognizer
    const encoding = await encodeChip(opened, align(face), augment)
    return { encoding, match: matchFace(encoding) }
  }
}
