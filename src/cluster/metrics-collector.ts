import { AggregatorRegistry } from 'prom-client'
import type { Snapshot, ToPrimary } from './messages.ts'
import type { ServerProcess } from './server-process.ts'

/** A process that takes longer to answer is counted with its last values. */
const LATE_MS = 1_000

/** Adds up the metrics of the server processes, those that have ended included: counters must not shrink. */
export interface MetricsCollector {
  /** Counts a process in. */
  join (process: ServerProcess): void
  /** Takes a message of a process. */
  handle (process: ServerProcess, message: ToPrimary): void
}

interface Member {
  latest: Snapshot
  /** Called with the next snapshot. */
  waiting: Array<() => void>
}

/** Counters and histograms, which only grow. */
async function totals (...snapshots: Snapshot[]): Promise<Snapshot> {
  const growing = snapshots.map((snapshot) => (
    snapshot.filter(({ type }) => ['counter', 'histogram'].includes(String(type)))
  ))
  return AggregatorRegistry.aggregate(growing).getMetricsAsJSON()
}

/** Makes the collector of the primary. */
export function createMetricsCollector (): MetricsCollector {
  const members = new Map<ServerProcess, Member>()
  let departed: Promise<Snapshot> = Promise.resolve([])

  function refresh (process: ServerProcess, { waiting }: Member): Promise<void> {
    return new Promise((resolve) => {
      const late = setTimeout(resolve, LATE_MS)
      waiting.push(() => {
        clearTimeout(late)
        resolve()
      })
      process.send({ type: 'snapshot wanted' })
    })
  }

  async function answer (asker: ServerProcess): Promise<void> {
    await Promise.all([...members].map(([process, member]) => refresh(process, member)))
    const snapshots = [await departed, ...[...members.values()].map(({ latest }) => latest)]
    asker.send({ type: 'metrics', text: await AggregatorRegistry.aggregate(snapshots).metrics() })
  }

  return {
    join (process) {
      const member: Member = { latest: [], waiting: [] }
      // Before it is ready it has no metrics, and does not listen.
      process.ready.then(() => { members.set(process, member) }, () => {})
      process.exited.then(() => {
        if (members.delete(process)) departed = departed.then((before) => totals(before, member.latest))
        for (const resolve of member.waiting) resolve()
      }, () => {})
    },
    handle (process, message) {
      const member = members.get(process)
      if (message.type === 'snapshot' && member) {
        member.latest = message.snapshot
        for (const resolve of member.waiting.splice(0)) resolve()
      }
      if (message.type === 'metrics wanted') answer(process).catch(() => {}) // The asker has a limit.
    }
  }
}
