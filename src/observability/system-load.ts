import { statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { currentLoad, mem } from 'systeminformation'
import { errorCode } from '../system-error.ts'

/** Percentages, 0..100, one decimal. */
export interface SystemLoad {
  cpuPercent: number
  memoryPercent: number
  /** Of the volume that holds the face data; null when it cannot be found out. */
  diskPercent: number | null
}

const LOAD_FRESH_MS = 2_000

const percent = (share: number): number => Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10

/**
 * Null when it is unknown. A folder that does not exist yet would be made on the volume of its nearest existing parent.
 */
async function diskPercent (dir: string): Promise<number | null> {
  try {
    const { blocks, bfree, bavail } = await statfs(dir)
    const used = blocks - bfree
    return used + bavail > 0 ? percent(used / (used + bavail)) : null
  } catch (err) {
    return errorCode(err) === 'ENOENT' && dirname(dir) !== dir ? await diskPercent(dirname(dir)) : null
  }
}

/**
 * Returns a figure without making anyone wait for it: one older than `freshMs` is measured again in the background, at
 * most once at a time, and never while nobody asks. Only the first call waits; a failed measurement keeps the previous
 * figure.
 */
function cached<T> (measure: () => Promise<T>, freshMs: number): () => Promise<T> {
  let latest: Promise<T> | undefined
  let measuredAt = 0
  let measuring = false

  function refresh (): Promise<T> {
    measuring = true
    return measure().finally(() => {
      measuring = false
      measuredAt = performance.now()
    })
  }

  return async () => {
    latest ??= refresh()
    const shown = await latest
    if (!measuring && performance.now() - measuredAt > freshMs) {
      const next = refresh()
      next.then(() => { latest = next }, () => {})
    }
    return shown
  }
}

/** Makes the gauge of the machine's load, for the volume that holds `dir`. */
export function createSystemLoad (dir: string): () => Promise<SystemLoad> {
  const processor = cached(async () => percent((await currentLoad()).currentLoad / 100), LOAD_FRESH_MS)
  const memory = cached(async () => {
    const { active, total } = await mem()
    return percent(active / total)
  }, LOAD_FRESH_MS)
  const disk = cached(() => diskPercent(resolve(dir)), LOAD_FRESH_MS)
  return async () => {
    const [cpuPercent, memoryPercent, diskUsed] = await Promise.all([processor(), memory(), disk()])
    return { cpuPercent, memoryPercent, diskPercent: diskUsed }
  }
}
