import { realpath } from 'node:fs/promises'
import { currentLoad, fsSize, mem } from 'systeminformation'

/** Percentages, 0..100, one decimal. */
export interface SystemLoad {
  cpuPercent: number
  memoryPercent: number
  /** Of the volume that holds the face data. */
  diskPercent: number
}

const LOAD_FRESH_MS = 2_000
/** Asking for it starts a process, which takes a large one like ours milliseconds; disks fill up slowly. */
const DISK_FRESH_MS = 60_000

const percent = (share: number): number => Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10

async function diskPercent (dir: string): Promise<number> {
  const [path, volumes] = await Promise.all([realpath(dir), fsSize()])
  const holds = (mount: string): boolean => path === mount || path.startsWith(mount.endsWith('/') ? mount : `${mount}/`)
  const [volume] = volumes.filter(({ mount }) => holds(mount)).sort((one, other) => other.mount.length - one.mount.length)
  return volume ? percent(volume.used / (volume.used + volume.available)) : 0
}

/**
 * Gives a figure without making anyone wait for it: one older than `freshMs` is measured again in the background, at most
 * once at a time, and never while nobody asks. Only the first call waits; a failed measurement keeps the figure before it.
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
  // Where the operating system has no `df`, the disk counts as 0 rather than failing the other figures.
  const disk = cached(() => diskPercent(dir).catch(() => 0), DISK_FRESH_MS)
  return async () => {
    const [cpuPercent, memoryPercent, diskUsed] = await Promise.all([processor(), memory(), disk()])
    return { cpuPercent, memoryPercent, diskPercent: diskUsed }
  }
}
