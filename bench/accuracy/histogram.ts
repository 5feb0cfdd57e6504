/** Equal bins from 0 on; `shares` are of all values, so that both kinds of pairs fit into one figure. */
export interface Histogram {
  binWidth: number
  /** Share of the values in each bin, 0..1; they add up to less than 1 by those that are Infinity. */
  shares: number[]
}

/** Counts distances into bins of this width; one on a border belongs to the upper bin. */
export function histogram (values: Float64Array, binWidth: number): Histogram {
  const counts: number[] = []
  for (const value of values) {
    if (value === Infinity) continue
    const bin = Math.floor(value / binWidth)
    while (counts.length <= bin) counts.push(0)
    counts[bin]!++
  }
  return { binWidth, shares: counts.map((count) => count / values.length) }
}
