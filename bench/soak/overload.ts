import { Agent } from 'node:http'
import { availableParallelism } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { load, percentile, type Shot } from '../load.ts'
import { benchPhotos } from '../photos.ts'
import { startBenchServer } from '../server.ts'
import { send } from './client.ts'
import type { SoakReport } from './report.ts'

const PEAK_MS = 10_000
/** Until then photos get quicker. */
const WARM_UP_MS = 20_000
const TIMES = 10
const TICK_MS = 10
/** More requests than that without an answer would be a fault of the clients. */
const PENDING_MAX = 4_000
const MEMORY_GROWTH_MAX = 0.05
const THROUGHPUT_LOSS_MAX = 0.05

/** Sends ten times as many photos as the server can take, for so long, whether it answers or not. */
export async function overload (durationMs: number, say: (text: string) => void): Promise<SoakReport> {
  const { photos } = await benchPhotos({ width: 640, height: 480 })
  const shots = photos.map((body): Shot => ({ method: 'POST', path: '/recognize', body }))
  // One core is left to the clients, which are on this machine, too.
  const threads = Math.max(1, availableParallelism() - 1)
  const server = await startBenchServer({ strangers: 1_000 }, {
    INFERENCE_QUEUE_MAX: '64', INFERENCE_THREADS: String(threads)
  })
  /** Eight clients at once keep every thread busy, and none is refused. */
  const measurePeak = async (): Promise<number> => {
    const { perSecond } = await load(server.url, shots, 8, PEAK_MS)
    say(`peak: ${perSecond.toFixed(1)} photos a second`)
    return perSecond
  }
  try {
    await load(server.url, shots, 8, WARM_UP_MS)
    const peakBefore = await measurePeak()

    const agent = new Agent({ keepAlive: true })
    const refusals: number[] = []
    const others = new Map<string, number>()
    const memory: number[] = []
    const underWay = new Set<Promise<void>>()
    let [accepted, next] = [0, 0]
    const startedAt = performance.now()
    const elapsedMs = (): number => performance.now() - startedAt

    function shoot (): void {
      const answered = send(agent, server.url, shots[next++ % shots.length]!).then(({ status, outcome, ms }) => {
        underWay.delete(answered)
        if (status === 200) accepted++
        else if (outcome === 'OVERLOADED') refusals.push(ms)
        else others.set(`${status} ${outcome}`, (others.get(`${status} ${outcome}`) ?? 0) + 1)
      })
      underWay.add(answered)
    }

    while (elapsedMs() < durationMs) {
      while (next < elapsedMs() / 1000 * peakBefore * TIMES && underWay.size < PENDING_MAX) shoot()
      if (memory.length <= elapsedMs() / 1000) memory.push((await server.memory()).nowMiB)
      await pause(TICK_MS)
    }
    const perSecond = accepted / (elapsedMs() / 1000)
    await Promise.all(underWay)
    agent.destroy()
    const peakAfter = await measurePeak()
    const peak = (peakBefore + peakAfter) / 2

    refusals.sort((one, other) => one - other)
    const tenth = Math.ceil(memory.length / 10)
    const median = (values: number[]): number => percentile(values.sort((one, other) => one - other), 0.5)
    const [before, after] = [median(memory.slice(tenth, 2 * tenth)), median(memory.slice(-tenth))]
    const passed = perSecond >= peak * (1 - THROUGHPUT_LOSS_MAX) && after <= before * (1 + MEMORY_GROWTH_MAX) &&
      !others.has('500 INTERNAL_ERROR')
    const text = [
      `${threads} inference threads; ${(durationMs / 1000).toFixed(0)} s at ` +
        `${(next / durationMs * 1000).toFixed(0)} photos a second, ${(next / durationMs * 1000 / peak).toFixed(1)} ` +
        'times the peak ' +
        `of ${peak.toFixed(1)} (${peakBefore.toFixed(1)} before, ${peakAfter.toFixed(1)} afterwards):`,
      `- ${perSecond.toFixed(1)} a second recognised, ${(100 * perSecond / peak).toFixed(1)} % of the peak`,
      `- ${refusals.length} refused with OVERLOADED, in ${percentile(refusals, 0.5).toFixed(1)} ms (median) and ` +
        `${percentile(refusals, 0.99).toFixed(1)} ms (p99)`,
      `- other answers: ${[...others].map(([answer, count]) => `${count} × ${answer}`).join(', ') || 'none'}`,
      `- memory ${before.toFixed(0)} MiB after a tenth of the time, ${after.toFixed(0)} MiB at the end`,
      passed ? 'passed' : 'FAILED: less than 95 % of the peak, more than 5 % more memory, or an answer 500'
    ].join('\n')
    return { text, passed }
  } finally {
    await server.stop()
  }
}
