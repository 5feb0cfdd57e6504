import type { Passage as WholePassage } from './event.ts'

export type Passage = Pick<WholePassage, 'at' | 'direction'>

/** What the passages of one person on one day say. */
export interface DaySummary {
  firstIn: number | null
  lastOut: number | null
  /** Time between each `in` and the `out` that follows it. */
  presentMs: number
  /** Passages without their other half, in order: nobody knows how long was worked there, and no time is counted. */
  openEnds: Passage[]
}

/**
 * Sums up the passages of one day, oldest first. An `in` after an `in` leaves the former open: an `out` between them
 * was forgotten, and guessing when it was would be inventing hours.
 */
export function summariseDay (passages: readonly Passage[]): DaySummary {
  const summary: DaySummary = { firstIn: null, lastOut: null, presentMs: 0, openEnds: [] }
  let open: Passage | undefined
  for (const passage of passages) {
    if (passage.direction === 'in') {
      summary.firstIn ??= passage.at
      if (open) summary.openEnds.push(open)
      open = passage
      continue
    }
    summary.lastOut = passage.at
    if (open) summary.presentMs += passage.at - open.at
    else summary.openEnds.push(passage)
    open = undefined
  }
  if (open) summary.openEnds.push(open)
  return summary
}
