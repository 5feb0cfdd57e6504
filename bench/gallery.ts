import { createGalleryMatrix } from '../src/gallery/gallery-matrix.ts'
import { createMatcher } from '../workers/pipeline/match.ts'
import { GALLERY } from '../workers/gallery-layout.ts'
import { kindOf } from './strangers.ts'

/** One exact search of a full gallery by one thread. */
export interface GallerySearch {
  encodings: number
  ms: number
  /** Memory that the search goes through, in GB/s. */
  readGBs: number
}

const ROUNDS = 20
/** Components of a typical encoding lie within so much of 0. */
const SPREAD = 0.2

/** Searches galleries of these sizes; the best of many runs, as with the floor. */
export function measureGallery (sizes: readonly number[]): GallerySearch[] {
  const matrix = createGalleryMatrix()
  const matchFace = createMatcher(matrix.memory)
  const { length } = kindOf()
  const random = (): Float32Array => Float32Array.from({ length }, () => (2 * Math.random() - 1) * SPREAD)
  let enrolled = 0
  return sizes.map((encodings) => {
    while (enrolled < encodings) matrix.add(++enrolled, random())
    const probe = random()
    let ms = Infinity
    for (let round = 0; round < ROUNDS; round++) {
      const startedAt = performance.now()
      matchFace(probe)
      ms = Math.min(ms, performance.now() - startedAt)
    }
    return { encodings, ms, readGBs: encodings * GALLERY.rowWords(length) * 4 / ms / 1e6 }
  })
}
