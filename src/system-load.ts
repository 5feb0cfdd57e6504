import { realpath } from 'node:fs/promises'
import { currentLoad, fsSize, mem } from 'systeminformation'

/** Percentages, 0..100, one decimal. */
export interface SystemLoad {
  cpuPercent: number
  memoryPercent: number
  /** Of the volume that holds the face data. */
  diskPercent: number
}

const FRESH_MS = 2000

const percent = (share: number): number => Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10

async function diskShare (dir: string): Promise<number> {
  const [path, volumes] = await Promise.all([realpath(dir), fsSize()])
  const holds = (mount: string): boolean => path === mount || path.startsWith(mount.endsWith('/') ? mount : `${mount}/`)
  const [volume] = volumes.filter(({ mount }) => holds(mount)).sort((one, other) => other.mount.length - one.mount.length)
  return volume ? volume.used / (volume.used + volume.available) : 0
}

async function measure (dir: string): Promise<SystemLoad> {
  // Where the operating system has no `df`, the disk counts as 0 rather than failing the other figures.
  const [cpu, memory, disk] = await Promise.all([currentLoad(), mem(), diskShare(dir).catch(() => 0)])
  return {
    cpuPercent: percent(cpu.currentLoad / 100),
    memoryPercent: percent(memory.active / memory.total),
    diskPercent: percent(disk)
  }
}

/**
 * Gives the machine's load without making anyone wait for it: figures older than two seconds are measured again in
 * the background, at most one measurement at a time, and none while nobody asks. Only the first call waits.
 */
export function createSystemLoad (dir: string): () => Promise<SystemLoad> {
  let latest: Promise<SystemLoad> | undefined
  let measuredAt = 0
  let measuring = false

  function refresh (): Promise<SystemLoad> {
    measuring = true
    return measure(dir).finally(() => {
      measuring = false
      measuredAt = performance.now()
    })
  }

  return async () => {
    latest ??= refresh()
    const shown = await latest
    if (!measuring && performance.now() - measuredAt > FRESH_MS) {
      const next = refresh()
      // Shown from then on; a failed measurement keeps the figures before it.
      next.then(() => { latest = next }, () => {})
    }
    return shown
  }
}
