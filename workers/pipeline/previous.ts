import { GALLERY } from '../gallery-layout.ts'
import type { PreviousMatch, Search, WorkerSetup } from '../protocol.ts'
import type { FoundFace } from './confirm.ts'
import { encodeChip } from './encode.ts'
import { createMatcher } from './match.ts'
import { openRecognizer, type Recognizer } from './recognizer.ts'

/**
 * Encodes a face with the previous network and finds the nearest of the users wanted that only have encodings of that
 * network; null if there are none.
 */
export type PreviousSearch = (face: FoundFace, search?: Search) => Promise<PreviousMatch | null>

/**
 * Makes the search. The previous network is loaded for the first face that needs it, and released once no user depends
 * on it any more.
 */
export function createPreviousSearch (
  { previous, executionProviders, augment }: Pick<WorkerSetup, 'previous' | 'executionProviders' | 'augment'>
): PreviousSearch {
  if (!previous) return async () => null
  const { network, gallery } = previous
  const matchFace = createMatcher(gallery)
  let recognizer: Promise<Recognizer> | undefined

  return async (face, search) => {
    if (Atomics.load(new Int32Array(gallery.buffer), GALLERY.liveWord) === 0) {
      recognizer = undefined
      return null
    }
    const runs = search?.rows?.previous
    if (runs?.every(({ length }) => length === 0)) return null
    recognizer ??= openRecognizer({ network, executionProviders })
    const { align, ...opened } = await recognizer
    const encoding = await encodeChip(opened, align(face), augment)
    return { encoding, neighbours: matchFace(encoding, { ...search, runs }) }
  }
}
