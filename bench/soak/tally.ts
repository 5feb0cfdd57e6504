import { percentile } from '../load.ts'
import type { Answer } from './client.ts'

/** Kinds of kiosks. */
export type Kind = 'good' | 'changes' | 'bad' | 'huge' | 'leaving'

/** What the server looked like at one moment. */
export interface Sample {
  /** Milliseconds since the start of the soak. */
  atMs: number
  memoryMiB: number
  handles: number
}

/** Counts what kiosks were answered, and how long the recognitions of good photos took. */
export class Tally {
  readonly #startedAt = performance.now()
  /** By kind, status and outcome. */
  readonly outcomes = new Map<string, number>()
  readonly #recognitions: Array<{ atMs: number, ms: number }> = []
  readonly samples: Sample[] = []

  elapsedMs (): number {
    return performance.now() - this.#startedAt
  }

  count (kind: Kind, { status, outcome, ms }: Answer): void {
    const name = `${kind}: ${status === 0 ? outcome : `${status} ${outcome}`}`
    this.outcomes.set(name, (this.outcomes.get(name) ?? 0) + 1)
    if (kind === 'good' && status === 200) this.#recognitions.push({ atMs: this.elapsedMs(), ms })
  }

  sample (memoryMiB: number, handles: number): void {
    this.samples.push({ atMs: this.elapsedMs(), memoryMiB, handles })
  }

  /** The 99th percentile of the recognitions between two moments, in milliseconds. */
  p99 (fromMs: number, toMs: number): number {
    const times = this.#recognitions.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map(({ ms }) => ms)
    return percentile(times.sort((one, other) => one - other), 0.99)
  }

  /** The median of what the samples between two moments say. */
  median (what: 'memoryMiB' | 'handles', fromMs: number, toMs: number): number {
    const values = this.samples.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map((sample) => sample[what])
    return percentile(values.sort((one, other) => one - other), 0.5)
  }

  /** Answers with status 500. */
  get bugs (): number {
    return [...this.outcomes].reduce((sum, [name, count]) => sum + (name.includes(': 500 ') ? count : 0), 0)
  }
}
