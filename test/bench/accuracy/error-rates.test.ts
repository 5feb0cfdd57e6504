import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  countAccepted, detCurve, equalErrorRate, pointAt, pointAtFar, type Distances
} from '../../../bench/accuracy/error-rates.ts'

const sorted = (...values: number[]): Float64Array => Float64Array.from(values).sort()

/** Always the same numbers in 0..1. */
function createRandom (seed: number): () => number {
  let state = seed
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
}

/** Overlapping distances with ties and with undetected ones. */
function randomDistances (seed: number): Distances {
  const random = createRandom(seed)
  const some = (count: number, from: number): number[] =>
    Array.from({ length: count }, () => Math.round((from + random()) * 40) / 40)
  const undetected = Array.from({ length: seed % 4 }, () => Infinity)
  return { genuine: sorted(...some(15 + seed % 7, 0), ...undetected), impostor: sorted(...some(23 + seed % 11, 0.4)) }
}

/** By counting, for every threshold that occurs and for none, the lowest first. */
function bruteForce ({ genuine, impostor }: Distances): Array<{ threshold: number, far: number, frr: number }> {
  const thresholds =
    [...new Set([-1, ...genuine, ...impostor])].filter((value) => value < Infinity).sort((one, other) => one - other)
  return thresholds.map((threshold) => ({
    threshold,
    far: [...impostor].filter((value) => value <= threshold).length / impostor.length,
    frr: [...genuine].filter((value) => !(value <= threshold)).length / genuine.length
  }))
}

const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1)

test('a distance is accepted when it is at most the threshold', () => {
  const distances = sorted(0.2, 0.4, 0.4, 0.6, Infinity)
  const accepted = [0.1, 0.2, 0.39, 0.4, 0.5, 0.6, 9, -1].map((threshold) => countAccepted(distances, threshold))
  assert.deepEqual(accepted, [0, 1, 1, 3, 3, 4, 4, 0])
  assert.equal(countAccepted(sorted(), 1), 0)
})

test('a threshold has the error rates that counting by hand gives, and what was not detected is refused', () => {
  const distances = { genuine: sorted(0.3, 0.4, 0.7, Infinity), impostor: sorted(0.5, 0.6, 0.8, 0.9, 1) }
  assert.deepEqual(pointAt(distances, 0.6), {
    threshold: 0.6, far: 2 / 5, frr: 2 / 4, falseAccepts: 2, falseRejects: 2
  })
  assert.deepEqual(pointAt(distances, 5), { threshold: 5, far: 1, frr: 1 / 4, falseAccepts: 5, falseRejects: 1 })
})

test('the threshold for a false accept rate is the one that hand and brute force find', () => {
  const distances = {
    genuine: sorted(0.1, 0.35, 0.55), impostor: sorted(0.3, 0.4, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1)
  }
  const half = pointAtFar(distances, 0.5)
  assert.deepEqual([half.threshold, half.far, half.frr], [0.6, 0.5, 0])
  // The two at 0.4 come together, and would be three.
  const fifth = pointAtFar(distances, 0.2)
  assert.deepEqual([fifth.threshold, fifth.far, fifth.frr], [0.35, 0.1, 1 / 3])
  for (const seed of SEEDS) {
    const random = randomDistances(seed)
    for (const wanted of [0.01, 0.1, 0.29, 0.5]) {
      const expected = bruteForce(random).filter(({ far }) => far <= wanted).at(-1)
      const found = pointAtFar(random, wanted)
      assert.deepEqual(
        { far: found.far, frr: found.frr }, { far: expected?.far, frr: expected?.frr }, `seed ${seed}, FAR ${wanted}`
      )
      assert.equal(found.threshold, expected?.threshold === -1 ? 0 : expected?.threshold)
    }
  }
})

test('where rounding puts the number of allowed false accepts below a whole number, none is lost', () => {
  assert.ok(0.29 * 100 < 29)
  const impostor = Float64Array.from({ length: 100 }, (_, i) => (i + 1) / 100)
  assert.equal(pointAtFar({ genuine: sorted(0.001), impostor }, 0.29).falseAccepts, 29)
})

test('a false accept rate finer than the impostors can show is told, and so is one that few stand behind', () => {
  const impostor = (count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => 0.5 + i / count)
  const verdict = (count: number): [boolean, boolean] => {
    const { measurable, reliable } = pointAtFar({ genuine: sorted(0.1), impostor: impostor(count) }, 0.01)
    return [measurable, reliable]
  }
  assert.deepEqual([99, 100, 2999, 3000].map(verdict), [[false, false], [true, false], [true, false], [true, true]])
})

test('when even distance 0 accepts too many, nothing is accepted', () => {
  const point = pointAtFar({ genuine: sorted(0, 0.2), impostor: sorted(0, 0, 0.5, 0.6) }, 0.25)
  assert.deepEqual([point.threshold, point.far, point.frr], [-1, 0, 1])
})

test('without impostors no threshold is told, neither a good nor a bad one', () => {
  const { threshold, far, frr, measurable } = pointAtFar({ genuine: sorted(0.1, 0.2), impostor: sorted() }, 0.01)
  assert.deepEqual({ threshold, far, frr, measurable }, { threshold: NaN, far: NaN, frr: NaN, measurable: false })
})

test('the equal error rate is the one that hand and brute force find', () => {
  const crossing = equalErrorRate({ genuine: sorted(0.1, 0.2, 0.3, 0.6), impostor: sorted(0.5, 0.7, 0.8, 0.9) })
  assert.deepEqual([crossing.eer, crossing.threshold], [0.25, 0.5])
  assert.equal(equalErrorRate({ genuine: sorted(0.1, 0.2), impostor: sorted(0.5, 0.7) }).eer, 0)
  // Half are refused at 0.1, half accepted at 0.5: equally far from equal.
  assert.equal(equalErrorRate({ genuine: sorted(0.1, 0.5), impostor: sorted(0.5, 0.9) }).threshold, 0.1)
  for (const seed of SEEDS) {
    const distances = randomDistances(seed)
    const all = bruteForce(distances)
    const least = Math.min(...all.map(({ far, frr }) => Math.abs(far - frr)))
    const expected = all.find(({ far, frr }) => Math.abs(far - frr) === least)!
    const { eer, threshold } = equalErrorRate(distances)
    assert.deepEqual(
      { eer, threshold }, { eer: (expected.far + expected.frr) / 2, threshold: expected.threshold }, `seed ${seed}`
    )
  }
})

test('the trade-off curve runs to the right and down over points that counting confirms, to ' +
  'a false accept rate of 1', () => {
  const distances = randomDistances(9)
  const all = bruteForce(distances)
  const curve = detCurve(distances)
  assert.ok(curve.length > 5)
  for (const [i, { threshold, far, frr }] of curve.entries()) {
    assert.deepEqual({ threshold, far, frr }, all.find((point) => point.threshold === threshold))
    const before = curve[i - 1]
    assert.ok(!before || (before.far <= far && before.frr >= frr && before.threshold < threshold))
  }
  assert.equal(curve.at(-1)?.far, 1)
  assert.deepEqual(detCurve(distances, 1).at(-1), curve.at(-1))
  assert.deepEqual(detCurve({ genuine: sorted(0.1), impostor: sorted() }), [])
})
