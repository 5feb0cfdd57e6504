import type { Fold } from './lfw-pairs.ts'

/** How one fold went with the threshold that the others taught. */
export interface FoldResult {
  threshold: number
  /** 0..1; pairs with a photo without a face are errors. */
  accuracy: number
}

/** The LFW protocol's result. Accuracies are 0..1. */
export interface LfwResult {
  pairs: number
  /** Average over the folds. */
  accuracy: number
  /** Of the folds' accuracies, with n - 1. */
  standardDeviation: number
  /** Standard deviation divided by the root of the number of folds: what LFW's tables give after the ±. */
  standardErrorOfMean: number
  /** Pairs with a photo without a face: errors above. */
  undetectedPairs: number
  /** Share of the other pairs that were judged right. */
  accuracyDetected: number
  falseNonMatches: number
  falseMatches: number
  folds: FoldResult[]
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const count = (values: readonly number[], condition: (value: number) => boolean): number =>
  values.filter(condition).length

/**
 * The threshold that judges most pairs right, in the middle between two distances that occur; of equally good ones the
 * lowest. Pairs at Infinity are left out.
 */
export function bestThreshold ({ genuine, impostor }: Fold<number>): number {
  const all = [
    ...genuine.map((distance) => ({ distance, gain: 1 })), ...impostor.map((distance) => ({ distance, gain: -1 }))
  ]
    .filter(({ distance }) => distance < Infinity)
    .sort((one, other) => one.distance - other.distance)
  // Refusing everything is the start: each accepted pair is one more right or one more wrong.
  let best = { score: 0, threshold: (all[0]?.distance ?? 0) / 2 || -1 }
  let score = 0
  all.forEach(({ distance, gain }, i) => {
    score += gain
    const next = all[i + 1]?.distance ?? distance
    const isLast = i === all.length - 1
    if (score <= best.score || (next === distance && !isLast)) return
    const middle = (distance + next) / 2
    best = { score, threshold: middle < next ? middle : distance }
  })
  return best.threshold
}

/**
 * Judges the pairs of each fold, given as distances, with the threshold that is best on all others (LFW's view 2: Huang
 * et al., Labeled Faces in the Wild, UMass 07-49, 2007).
 */
export function runLfwProtocol (folds: ReadonlyArray<Fold<number>>): LfwResult {
  let [falseNonMatches, falseMatches, undetectedPairs, right, pairs] = [0, 0, 0, 0, 0]
  const results = folds.map(({ genuine, impostor }, tested) => {
    const others = folds.filter((_, i) => i !== tested)
    const threshold = bestThreshold({
      genuine: others.flatMap((fold) => fold.genuine), impostor: others.flatMap((fold) => fold.impostor)
    })
    const size = genuine.length + impostor.length
    const undetected = count([...genuine, ...impostor], (distance) => distance === Infinity)
    const missed = count(genuine, (distance) => distance > threshold && distance < Infinity)
    const confused = count(impostor, (distance) => distance <= threshold)
    const correct = size - undetected - missed - confused
    falseNonMatches += missed
    falseMatches += confused
    undetectedPairs += undetected
    right += correct
    pairs += size
    return { threshold, accuracy: correct / size }
  })
  const accuracy = sum(results.map((fold) => fold.accuracy)) / results.length
  const standardDeviation =
    Math.sqrt(sum(results.map((fold) => (fold.accuracy - accuracy) ** 2)) / (results.length - 1))
  return {
    pairs,
    accuracy,
    standardDeviation,
    standardErrorOfMean: standardDeviation / Math.sqrt(results.length),
    undetectedPairs,
    accuracyDetected: right / (pairs - undetectedPairs),
    falseNonMatches,
    falseMatches,
    folds: results
  }
}
