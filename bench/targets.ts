import { recognitions, type Report } from './report.ts'

/** Something that the server shall reach, and what this run measured; NaN if it did not. */
export interface Target {
  what: string
  wanted: string
  measured: string
  isReached: boolean
}

const whole = (value: number): string => value.toFixed(0)

/** What the project set out to reach on a machine like this. */
export function targets (report: Report): Target[] {
  const { costs, floor, searches, pools, cores, threads, rows, firstRecognizedMs, starts } = report
  const found: Target[] = []
  const atMost = (what: string, value: number, limit: number, unit: string, digits = 0): void => {
    found.push({
      what, wanted: `at most ${limit}${unit}`, measured: `${value.toFixed(digits)}${unit}`, isReached: value <= limit
    })
  }
  const atLeast = (what: string, value: number, limit: number, unit: string, digits = 0): void => {
    found.push({
      what, wanted: `at least ${limit}${unit}`, measured: `${value.toFixed(digits)}${unit}`, isReached: value >= limit
    })
  }

  const [typical] = costs
  if (typical) atMost('a typical photo, in terms of the floor', typical.total / typical.floorMs, 1.4, '', 2)
  for (const { encodings, readGBs } of searches.filter((search) => search.encodings >= 100_000)) {
    atLeast(`memory bandwidth used by a search of ${whole(encodings)}`, 100 * readGBs / floor.readGBs, 60, ' %')
  }
  const [first] = rows
  const served = first?.size ? recognitions(report, first.size, first.enrolled) : []
  const speed = (concurrency: number): number => served.find((row) => row.concurrency === concurrency)?.perSecond ?? NaN
  const most = Math.max(...served.map(({ concurrency }) => concurrency))
  atLeast(
    `throughput with ${most} photos at once, of that with ${2 * threads}`, 100 * speed(most) / speed(2 * threads), 95,
    ' %'
  )
  for (const { route, p99 } of rows.filter(({ size }) => size === null)) {
    atMost(`${route} while every thread is busy, p99`, p99, 20, ' ms', 1)
  }
  const [one, all] = [1, threads].map((count) => pools.find((pool) => pool.threads === count)?.perSecond ?? NaN)
  if (cores === 2) atLeast('all threads on two cores, in terms of one, without HTTP', all! / one!, 1.85, '', 2)
  atMost('from the start to the first recognised photo', Math.min(...firstRecognizedMs), 2000, ' ms')
  const largest = starts.at(-1)
  if (largest && largest.users >= 100_000) {
    atMost('loading 100,000 users', largest.loadMs, 5000, ' ms')
    if (threads === 3) {
      atMost('memory (RSS) with them and three threads, after all of this', largest.nowMiB, 600, ' MiB')
    }
  }
  return found
}
