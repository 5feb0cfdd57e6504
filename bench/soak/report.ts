import { markdown } from '../markdown.ts'
import type { Tally } from './tally.ts'

/** Of the memory after the warm-up. */
const GROWTH_MAX = 0.05

export interface SoakReport {
  /** For people. */
  text: string
  /** No answer 500, and the memory has not grown by more than 5 %. */
  passed: boolean
}

export interface SoakFacts {
  durationMs: number
  warmUpMs: number
  outages: number
  store: string
}

const change = (before: number, after: number): string => {
  const percent = 100 * (after / before - 1)
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`
}

/** Compares the first with the last fifth of the time after the warm-up. */
export function reportSoak (tally: Tally, { durationMs, warmUpMs, outages, store }: SoakFacts): SoakReport {
  const fifth = (durationMs - warmUpMs) / 5
  const first = [warmUpMs, warmUpMs + fifth] as const
  const last = [durationMs - fifth, durationMs] as const
  const memory = [tally.median('memoryMiB', ...first), tally.median('memoryMiB', ...last)] as const
  const handles = [tally.median('handles', ...first), tally.median('handles', ...last)] as const
  const p99 = [tally.p99(...first), tally.p99(...last)] as const
  const grown = memory[1] / memory[0] - 1
  const passed = tally.bugs === 0 && !(grown > GROWTH_MAX)
  const total = [...tally.outcomes.values()].reduce((sum, count) => sum + count, 0)
  const text = [
    `${(durationMs / 60_000).toFixed(1)} minutes on ${store}, ${outages} outages of the database, ${total} ` +
      `requests, ${tally.bugs} answered 500.`,
    '',
    markdown(['median', 'after warm-up', 'at the end', 'change'], [
      ['memory, MiB', memory[0].toFixed(0), memory[1].toFixed(0), change(...memory)],
      ['open files and sockets', handles[0].toFixed(0), handles[1].toFixed(0), change(...handles)],
      ['p99 of recognitions, ms', p99[0].toFixed(0), p99[1].toFixed(0), change(...p99)]
    ]),
    markdown(['kiosk: answer', 'requests'], [...tally.outcomes].sort(([one], [other]) => one < other ? -1 : 1)),
    passed ? 'passed' : 'FAILED: an answer 500, or more than 5 % more memory'
  ].join('\n')
  return { text, passed }
}
