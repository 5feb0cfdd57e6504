import { createGalleryMatrix, type GalleryMatrix } from '../src/gallery/gallery-matrix.ts'
import { createRowSet } from '../src/gallery/row-set.ts'
import { createMatcher } from '../workers/pipeline/match.ts'
import { GALLERY } from '../workers/gallery-layout.ts'
import type { RowRuns } from '../workers/protocol.ts'
import { percentile } from './load.ts'
import { kindOf } from './strangers.ts'

/** One exact search of a full gallery by one thread. */
export interface GallerySearch {
  encodings: number
  /** The best of many. */
  ms: number
  p50Ms: number
  /** Memory that the search goes through, in GB/s. */
  readGBs: number
}

/** One exact search of a group in a gallery of many more, by one thread. */
export interface GroupSearch {
  people: number
  /** The best of many: of people who were registered one after the other, and of such as are spread over all. */
  adjacentMs: number
  spreadMs: number
}

const ROUNDS = 20
/** Components of a typical encoding lie within so much of 0. */
const SPREAD = 0.2

const { length } = kindOf()
const vector = new Float32Array(length)
let state = 1

/** Numbers of the size of an encoding's, others each time; the vector is used again. */
function nextVector (): Float32Array {
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    vector[i] = state / 2 ** 31 * SPREAD
  }
  return vector
}

/** Enrols people with one encoding each until there are so many. */
function fill (matrix: GalleryMatrix, enrolled: number, wanted: number): number {
  while (enrolled < wanted) matrix.add(++enrolled, nextVector())
  return enrolled
}

/** Milliseconds of each of some rounds, ascending. */
function timesOf (search: (probe: Float32Array) => unknown): number[] {
  const probe = nextVector().slice()
  return Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now()
    search(probe)
    return performance.now() - startedAt
  }).sort((one, other) => one - other)
}

/** Searches galleries of these sizes, in rising order. */
export function measureGallery (sizes: readonly number[]): GallerySearch[] {
  const matrix = createGalleryMatrix()
  const matchFace = createMatcher(matrix.memory)
  let enrolled = 0
  return sizes.map((encodings) => {
    enrolled = fill(matrix, enrolled, encodings)
    const times = timesOf((probe) => matchFace(probe))
    const ms = times[0]!
    return {
      encodings, ms, p50Ms: percentile(times, 0.5), readGBs: encodings * GALLERY.rowWords(length) * 4 / ms / 1e6
    }
  })
}

/** Rows of so many people, of whom each is so many rows after the one before. */
function runsOf (people: number, step: number): RowRuns {
  const rows = createRowSet()
  for (let i = 0; i < people; i++) rows.add(i * step)
  return rows.runs()
}

/** Searches groups of these sizes in a gallery of so many people. */
export function measureGroups (enrolled: number, sizes: readonly number[]): GroupSearch[] {
  const matrix = createGalleryMatrix()
  const matchFace = createMatcher(matrix.memory)
  fill(matrix, 0, enrolled)
  return sizes.map((people) => {
    const best = (step: number): number => {
      const runs = [runsOf(people, step)]
      return timesOf((probe) => matchFace(probe, { runs }))[0]!
    }
    return { people, adjacentMs: best(1), spreadMs: best(Math.floor(enrolled / people)) }
  })
}
