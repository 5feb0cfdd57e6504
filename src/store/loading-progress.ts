import type { OnStoreEvent } from './store-event.ts'

const INTERVAL_MS = 2_000

/** Returns what to call, often, with the number of users loaded up to now: tells it every two seconds. */
export function createLoadingProgress (onEvent: OnStoreEvent): (users: number) => void {
  let tellAt = performance.now() + INTERVAL_MS
  return (users) => {
    if (performance.now() < tellAt) return
    tellAt = performance.now() + INTERVAL_MS
    onEvent({ type: 'loading', users })
  }
}
