import cluster from 'node:cluster'
import type { Registry } from 'prom-client'
import type { ToPrimary, ToServer } from './messages.ts'

/** How long all processes together may take to report their metrics. */
const METRICS_MS_MAX = 3_000

/** Sends a message to the primary, if there is one; resolves when it has been sent. */
export function tellPrimary (message: ToPrimary): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve())
    else resolve()
  })
}

/** Calls the listener with the messages of the primary, if there is one. */
export function onPrimary (listener: (message: ToServer) => void): void {
  cluster.worker?.on('message', listener)
}

/** The metrics of all server processes, this one's among them; without a primary those of this one alone. */
export interface SharedMetrics {
  /** In the text format. */
  text (): Promise<string>
  /** Leaves the last values to the primary. */
  close (): Promise<void>
}

/** Shares the metrics of a registry. */
export function shareMetrics (registry: Registry): SharedMetrics {
  if (!cluster.worker) return { text: () => registry.metrics(), close: async () => registry.clear() }
  const share = async (): Promise<void> => {
    await tellPrimary({ type: 'snapshot', snapshot: await registry.getMetricsAsJSON() })
  }
  let asking: Promise<string> | undefined
  let answered: (text: string) => void = () => {}

  function ask (): Promise<string> {
    return new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the primary does not send the metrics')), METRICS_MS_MAX)
      answered = (text) => {
        clearTimeout(late)
        resolve(text)
      }
      tellPrimary({ type: 'metrics wanted' })
    }).finally(() => { asking = undefined })
  }

  onPrimary((message) => {
    if (message.type === 'snapshot wanted') share().catch(() => {}) // The primary has a limit.
    if (message.type === 'metrics') answered(message.text)
  })
  return {
    // Requests at the same time share one answer.
    text: () => (asking ??= ask()),
    // Not cleared: a request between this and the end of the process must not be answered with zeros.
    close: share
  }
}
