import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bestThreshold, runLfwProtocol } from '../../../bench/accuracy/lfw-protocol.ts'

const right = (genuine: number[], impostor: number[], threshold: number): number =>
  genuine.filter((value) => value <= threshold).length +
    impostor.filter((value) => value > threshold && value < Infinity).length

test('the best threshold lies in the middle between the distances that it divides, the ' +
  'lowest of equally good ones', () => {
  const near = (actual: number, expected: number): void =>
    assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} instead of ${expected}`)
  near(bestThreshold({ genuine: [0.2, 0.4], impostor: [0.6, 0.8] }), 0.5)
  near(bestThreshold({ genuine: [0.2, 0.7], impostor: [0.6, 0.8] }), 0.4)
  near(bestThreshold({ genuine: [0.5], impostor: [0.1, 0.2] }), 0.05)
  near(bestThreshold({ genuine: [0.2, 0.9, Infinity], impostor: [Infinity] }), 0.9)
  assert.ok(bestThreshold({ genuine: [], impostor: [0, 0.3] }) < 0)
})

test('no threshold judges more pairs right than the best one, by brute force over all that differ', () => {
  let state = 7
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  for (let round = 0; round < 60; round++) {
    const some = (from: number): number[] =>
      Array.from({ length: 12 }, () => random() < 0.1 ? Infinity : Math.round((from + random()) * 20) / 20)
    const fold = { genuine: some(0), impostor: some(0.5) }
    const most = Math.max(...[-1, ...fold.genuine, ...fold.impostor].filter((value) => value < Infinity)
      .map((value) => right(fold.genuine, fold.impostor, value)))
    assert.equal(right(fold.genuine, fold.impostor, bestThreshold(fold)), most)
  }
})

test('each fold is judged by the threshold of the others, and mean and deviations are those computed by hand', () => {
  const result = runLfwProtocol([
    { genuine: [0.1, 0.3], impostor: [0.5, 0.9] }, // alone 0.4, from the others 0.35
    { genuine: [0.1, 0.2], impostor: [0.5, 0.25] },
    { genuine: [0.2, Infinity], impostor: [Infinity, 0.6] }
  ])
  // Fold 0: the others are 0.1 0.2 | 0.5 0.25 and 0.2 | 0.6: 0.225 divides them. It refuses 0.3.
  // Fold 1: the others are 0.1 0.3 | 0.5 0.9 and 0.2 | 0.6: 0.4 divides them. It accepts 0.25.
  // Fold 2: the others are 0.1 0.3 0.1 0.2 | 0.5 0.9 0.5 0.25: below 0.25 and below 0.5 one is wrong, 0.225 is lower.
  assert.deepEqual(result.folds.map(({ threshold }) => Number(threshold.toFixed(9))), [0.225, 0.4, 0.225])
  assert.deepEqual(result.folds.map(({ accuracy }) => accuracy), [3 / 4, 3 / 4, 2 / 4])
  assert.ok(Math.abs(result.accuracy - 2 / 3) < 1e-12)
  // Deviations 1/12, 1/12, -1/6: squares add up to 6/144, divided by 2.
  assert.ok(Math.abs(result.standardDeviation - Math.sqrt(3 / 144)) < 1e-12)
  assert.ok(Math.abs(result.standardErrorOfMean - Math.sqrt(1 / 144)) < 1e-12)
  const { pairs, undetectedPairs, falseNonMatches, falseMatches, accuracyDetected } = result
  assert.deepEqual({ pairs, undetectedPairs, falseNonMatches, falseMatches, accuracyDetected },
    { pairs: 12, undetectedPairs: 2, falseNonMatches: 1, falseMatches: 1, accuracyDetected: 8 / 10 })
})
