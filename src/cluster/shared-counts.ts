import cluster from 'node:cluster'
import type { Counts, SharedCounter } from '../access/shared-counter.ts'
import { onPrimary, tellPrimary } from './primary-link.ts'

/** How late the other processes of the machine may know of a request. */
const TELL_MS = 100

/** Shares counters with the other server processes of the machine; returns what ends it. */
export function shareCounts (counters: readonly SharedCounter[], onChanges: (counts: Counts) => void): () => void {
  onPrimary((message) => {
    if (message.type === 'counts') counters.find(({ name }) => name === message.counts.counter)?.merge(message.counts)
  })
  const timer = setInterval(() => {
    for (const counter of counters) {
      const counts = counter.takeChanges()
      if (!counts) continue
      if (cluster.worker) tellPrimary({ type: 'counts', counts })
      onChanges(counts)
    }
  }, TELL_MS).unref()
  return () => clearInterval(timer)
}
