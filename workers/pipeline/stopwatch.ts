import type { Stage, StageTimes } from '../protocol.ts'

/** Adds the milliseconds since the last call to a stage. */
export type Lap = (stage: Stage) => void

/** Starts to measure; `times` fills up lap by lap. */
export function startStopwatch (): { times: StageTimes, lap: Lap } {
  const times: StageTimes = {}
  let last = performance.now()
  const lap: Lap = (stage) => {
    const now = performance.now()
    times[stage] = (times[stage] ?? 0) + now - last
    last = now
  }
  return { times, lap }
}
