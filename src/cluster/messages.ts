import type { MetricObjectWithValues, MetricValue } from 'prom-client'

/** The figures of one process. */
export type Snapshot = Array<MetricObjectWithValues<MetricValue<string>>>

/** What the primary tells a server: to end at once, or when the clients that are connected have let go; or about figures. */
export type ToServer =
  | { type: 'stop' | 'retire' }
  | { type: 'snapshot wanted' }
  /** Of all processes, in the text format. */
  | { type: 'metrics', text: string }

/** What a server tells the primary. */
export type ToPrimary =
  /** It cannot do all of its work any more. */
  | { type: 'degraded' }
  | { type: 'snapshot', snapshot: Snapshot }
  | { type: 'metrics wanted' }
