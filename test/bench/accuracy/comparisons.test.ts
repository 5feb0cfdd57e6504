import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, genuineComparisons, impostorDistances } from '../../../bench/accuracy/comparisons.ts'
import type { Person } from '../../../bench/accuracy/dataset.ts'
import { distanceOf } from '../../../src/networks/distance.ts'

/** People with so many photos each. */
function peopleWith (counts: readonly number[]): Person[] {
  let next = 0
  return counts.map((count, i) => ({ name: `p${i}`, photos: Array.from({ length: count }, () => next++) }))
}

/** Photo i lies at 2^i: the distance of two photos tells which they are. */
const telling = (count: number): Float32Array[] => Array.from({ length: count }, (_, i) => Float32Array.of(2 ** i))
const PEOPLE = peopleWith([3, 1, 2, 5, 1, 4])

test('the distance is the length of the difference', () => {
  assert.equal(distanceOf(Float32Array.of(1, 2, 3), Float32Array.of(1, 5, 7)), 5)
  assert.equal(compare([Float32Array.of(0), null], 0, 1), Infinity)
})

test('genuine pairs are every two photos of each person, infinitely far without a face', () => {
  const encodings = [1, 2, 4, 8, 16].map((at, i) => i === 4 ? null : Float32Array.of(at))
  assert.deepEqual(genuineComparisons(peopleWith([3, 2]), encodings), [
    { one: 0, other: 1, distance: 1 }, { one: 0, other: 2, distance: 3 }, { one: 1, other: 2, distance: 2 },
    { one: 3, other: 4, distance: Infinity }
  ])
})

/** All pairs of different people, by trying every two photos. */
function allImpostors (people: readonly Person[], undetected: number): Set<number> {
  const owner = people.flatMap(({ photos }, person) => photos.map(() => person))
  const found = new Set<number>()
  owner.forEach((one, i) => owner.forEach((other, j) => {
    if (i < j && one !== other && i !== undetected && j !== undetected) found.add(2 ** j - 2 ** i)
  }))
  return found
}

test('as long as they are few enough, all pairs of different people are compared, without the undetected', () => {
  const encodings = telling(16).map((vector, i) => i === 4 ? null : vector)
  const expected = [...allImpostors(PEOPLE, 4)].sort((one, other) => one - other)
  const { possible, distances } = impostorDistances(PEOPLE, encodings, expected.length)
  assert.equal(possible, expected.length)
  assert.deepEqual([...distances], expected)
})

test('else a sample is compared: so many different pairs, all of different people, always the same ones', () => {
  const all = allImpostors(PEOPLE, -1)
  for (const max of [1, 10, all.size - 1]) {
    const { possible, distances } = impostorDistances(PEOPLE, telling(16), max)
    assert.equal(possible, all.size)
    assert.equal(new Set(distances).size, max)
    assert.ok([...distances].every((distance) => all.has(distance)))
    assert.deepEqual(impostorDistances(PEOPLE, telling(16), max).distances, distances)
  }
})

test('the sample is spread evenly over the pairs', () => {
  const people = peopleWith(Array.from({ length: 200 }, () => 2))
  // One number for each photo, far apart: the mean distance of all pairs is known.
  const encodings = Array.from({ length: 400 }, (_, i) => Float32Array.of(i))
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const all = impostorDistances(people, encodings, 1e6)
  const sample = impostorDistances(people, encodings, 20_000)
  assert.equal(all.possible, 400 * 399 / 2 - 200)
  assert.equal(sample.distances.length, 20_000)
  // The standard error of the sample's mean is 94 / √20,000 = 0.67.
  assert.ok(
    Math.abs(mean(all.distances) - mean(sample.distances)) < 3, `${mean(all.distances)} and ${mean(sample.distances)}`
  )
})
