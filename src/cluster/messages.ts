import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import type { Counts } from '../access/shared-counter.ts'

/** The metrics of one process. */
export type Snapshot = Array<MetricObjectWithValues<MetricValue<string>>>

/** Whether another process holds something, and what; null if none does. */
export type Lookup =
  | { type: 'lookup', question: number, id: string }
  | { type: 'found', question: number, found: unknown }

/** What a process has counted, for the others. */
export interface Told { type: 'counts', counts: Counts }

/** From the primary to a server: end at once, end when the connected clients have left, or about metrics. */
export type ToServer =
  | { type: 'stop' | 'retire' }
  | { type: 'snapshot wanted' }
  /** Of all processes, in the text format. */
  | { type: 'metrics', text: string }
  | Lookup
  | Told

/** From a server to the primary. */
export type ToPrimary =
  /** It cannot do all of its work any more. */
  | { type: 'degraded' }
  | { type: 'snapshot', snapshot: Snapshot }
  | { type: 'metrics wanted' }
  | Lookup
  | Told
