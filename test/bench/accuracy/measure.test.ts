import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calibrate, measure } from '../../../bench/accuracy/measure.ts'
import { histogram } from '../../../bench/accuracy/histogram.ts'

test('a calibrated tolerance has four decimals and keeps the wanted rate on the pairs it was measured on', () => {
  const impostor = Float64Array.from({ length: 50_000 }, (_, i) => 0.4 + i / 123_457)
  const genuine = Float64Array.of(0.3, 0.40041, 0.5, Infinity)
  const { tolerance, far, falseAccepts, tar, reliable, impostorPairs } = calibrate({ genuine, impostor }, 0.001)
  // Fifty may be accepted: the last is at 0.4 + 49 / 123,457 = 0.400397, the next at 0.400405.
  assert.equal(tolerance, 0.4003)
  assert.equal(falseAccepts, [...impostor].filter((distance) => distance <= 0.4003).length)
  assert.deepEqual({ far, tar, reliable, impostorPairs }, {
    far: falseAccepts / 50_000, tar: 1 / 4, reliable: true, impostorPairs: 50_000
  })
})

test('there is no tolerance for a rate that the pairs cannot show', () => {
  const impostor = Float64Array.from({ length: 999 }, (_, i) => 0.5 + i / 1000)
  assert.equal(calibrate({ genuine: Float64Array.of(0.3), impostor }, 0.001).tolerance, null)
  assert.equal(calibrate({ genuine: Float64Array.of(0.3), impostor: new Float64Array(2000) }, 0.001).tolerance, null)
})

test('a histogram counts each distance once, on a border into the upper bin, and knows what it left out', () => {
  assert.deepEqual(histogram(Float64Array.of(0, 0.2, 0.5, 0.6, 1.2, Infinity, Infinity, Infinity), 0.5), {
    binWidth: 0.5, shares: [2 / 8, 2 / 8, 1 / 8]
  })
})

test('where only one person has a face there is nothing to confuse them with, and the ' +
  'report says nothing of it', () => {
  const people = [{ name: 'a', photos: [0, 1] }, { name: 'b', photos: [2] }]
  const found = measure({
    people,
    encodings: [Float32Array.of(0), Float32Array.of(1), null],
    qualities: [1, 1, undefined],
    folds: null,
    scaled: (raw) => raw,
    tolerance: 0.5,
    enrol: 1,
    impostorsMax: 9,
    calibrate: 0.5
  })
  assert.deepEqual(found.verification.atFar.map(({ threshold, tar }) => [threshold, tar]), Array(3).fill([NaN, NaN]))
  assert.deepEqual(
    found.identification.atFpir.map(({ threshold, fnir }) => [threshold, fnir]), Array(2).fill([NaN, NaN])
  )
  assert.equal(found.calibration?.tolerance, null)
  assert.deepEqual(found.discard?.map(({ threshold }) => threshold), [0.5])
  assert.deepEqual([found.lfw, found.det], [null, []])
})

test('the parts of a measurement agree with a small case counted by hand', () => {
  // Two people with two photos, one stranger, and one photo without a face.
  const people = [{ name: 'a', photos: [0, 1, 2] }, { name: 'b', photos: [3, 4] }, { name: 'c', photos: [5] }]
  const encodings = [0, 0.25, null, 1, 1.75, 3].map((at) => at === null ? null : Float32Array.of(at))
  const found = measure({
    people,
    encodings,
    qualities: [0.9, 0.8, undefined, 0.7, 0.1, 0.6],
    folds: [{ genuine: [[0, 1]], impostor: [[0, 3]] }, { genuine: [[3, 4]], impostor: [[1, 3]] }],
    scaled: (raw) => raw,
    tolerance: 0.5,
    enrol: 1,
    impostorsMax: 100,
    calibrate: 0.5
  })
  const {
    verification: {
      genuinePairs, undetectedGenuinePairs, impostorPairs, atTolerance
    }, identification, discard, calibration, lfw
  } = found
  // Genuine: 0.25, two undetected, 0.75. Impostor: a against b 1 1.75 0.75 1.5, a against c 3 2.75, b against c 2 1.25.
  assert.deepEqual({ genuinePairs, undetectedGenuinePairs, impostorPairs }, {
    genuinePairs: 4, undetectedGenuinePairs: 2, impostorPairs: 8
  })
  assert.deepEqual(atTolerance, { threshold: 0.5, far: 0, frr: 3 / 4, falseAccepts: 0, falseRejects: 3, fnmr: 1 / 2 })
  assert.deepEqual([identification.rank1, identification.probes, identification.strangers], [2 / 3, 3, 1])
  assert.deepEqual(identification.atTolerance, { threshold: 0.5, fpir: 0, fnir: 2 / 3 })
  assert.deepEqual(discard?.[0]?.points[0], {
    discarded: 0, qualityMin: 0.1, pairs: 2, falseNonMatches: 1, fnmr: 1 / 2
  })
  assert.deepEqual(discard?.[0]?.points.at(-1)?.falseNonMatches, 0, 'the photo of quality 0.1 goes first')
  // Four of eight may be accepted: 0.75, 1, 1.25 and 1.5.
  assert.deepEqual([calibration?.tolerance, calibration?.far, calibration?.tar], [1.5, 1 / 2, 1 / 2])
  assert.deepEqual([lfw?.pairs, lfw?.accuracy], [4, 3 / 4])
})
