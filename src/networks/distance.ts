/** Euclidean distance of two encodings of one network, 0..∞. */
export function distanceOf (one: Float32Array, other: Float32Array): number {
  let squared = 0
  for (let i = 0; i < one.length; i++) {
    const difference = one[i]! - other[i]!
    squared += difference * difference
  }
  return Math.sqrt(squared)
}

/** Four decimals: how clients see distances, confidences and qualities. */
export const round4 = (value: number): number => Math.round(value * 10_000) / 10_000
