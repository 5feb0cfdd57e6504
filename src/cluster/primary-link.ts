import cluster from 'node:cluster'
import type { Registry } from 'prom-client'
import type { ToPrimary, ToServer } from './messages.ts'

/** How long all processes together may take to say their figures. */
const METRICS_MS_MAX = 3_000

/** Says something to the primary, if there is one; resolves when it is on its way. */
export function tellPrimary (message: ToPrimary): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve())
    else resolve()
  })
}

/** Hears what the primary says, if there is one. */
export function onPrimary (listener: (message: ToServer) => void): void {
  cluster.worker?.on('message', listener)
}

/** The figures of all server processes, for which this one's are shared; without a primary those of this one alone. */
export interface SharedMetrics {
  /** In the text format. */
  text (): Promise<string>
  /** Leaves the last figures to the primary. */
  close (): Promise<void>
}

/** Shares the figures of a registry. */
export function shareMetrics (registry: Registry): SharedMetrics {
  if (!cluster.worker) return { text: () => registry.metrics(), close: async () => registry.clear() }
  const share = async (): Promise<void> => tellPrimary({ type: 'snapshot', snapshot: await registry.getMetricsAsJSON() })
  let asking: Promise<string> | undefined
  let answered: (text: string) => void = () => {}

  function ask (): Promise<string> {
    return new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the primary does not say the figures')), METRICS_MS_MAX)
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
    // Who asks at the same time hears the same.
    text: () => (asking ??= ask()),
    // Not cleared: who asks between this and the end of the process must not hear that there was nothing.
    close: share
  }
}
