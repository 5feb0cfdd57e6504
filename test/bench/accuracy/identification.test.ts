import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Person } from '../../../bench/accuracy/dataset.ts'
import { pointAt } from '../../../bench/accuracy/error-rates.ts'
import { searchOpenSet } from '../../../bench/accuracy/identification.ts'

/** Faces on a line: a person's photos lie at these places, null without a face. */
function lineUp (
  places: ReadonlyArray<ReadonlyArray<number | null>>
): { people: Person[], encodings: Array<Float32Array | null> } {
  let next = 0
  return {
    people: places.map((own, i) => ({ name: `p${i}`, photos: own.map(() => next++) })),
    encodings: places.flat().map((at) => at === null ? null : Float32Array.of(at))
  }
}

const { people, encodings } = lineUp([
  [0, 1, 8], // its third photo is nearer to the next person's first
  [10, 12, null],
  [null, 20, 21], // without an encoding when one photo is enrolled
  [14], [40], [null]
])

test('the first photo of everybody with several is enrolled, the others search, and the ' +
  'single ones are strangers', () => {
  const { distances, ...counts } = searchOpenSet(people, encodings, 1)
  // Enrolled at 0 and 10. Searches: 1 finds 0; 8 finds 10, wrong; 12 finds 10; one undetected; 20 and 21 are not
  // enrolled.
  assert.deepEqual([...distances.genuine], [1, 2, Infinity, Infinity, Infinity, Infinity])
  assert.deepEqual([...distances.impostor], [4, 30])
  assert.deepEqual(counts, {
    enrolledPeople: 2,
    enrolledPhotos: 2,
    notEnrolledPeople: 1,
    probes: 6,
    undetectedProbes: 1,
    strangers: 2,
    undetectedStrangers: 1,
    rank1: 2 / 6
  })
  const { far, frr } = pointAt(distances, 4)
  assert.deepEqual({ fpir: far, fnir: frr }, { fpir: 1 / 2, fnir: 4 / 6 })
})

test('with more photos enrolled each, the nearest of a person counts, and one photo stays to search with', () => {
  for (const enrol of [2, 9]) {
    const { distances, enrolledPhotos, enrolledPeople, probes, rank1 } = searchOpenSet(people, encodings, enrol)
    // Enrolled at 0 and 1, 10 and 12, 20. Searches: 8 finds 10, wrong; one undetected; 21 finds 20.
    assert.deepEqual([...distances.genuine], [1, Infinity, Infinity])
    assert.deepEqual([...distances.impostor], [2, 20])
    assert.deepEqual({ enrolledPhotos, enrolledPeople, probes, rank1 }, {
      enrolledPhotos: 5, enrolledPeople: 3, probes: 3, rank1: 1 / 3
    })
  }
})
