import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, normalize } from 'node:path'

function read (file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** The folder of a control group and those of all that it is nested in, whose limits hold as well. */
function * upwards (mount: string, group: string): Generator<string> {
  const names = normalize(`/${group}`).split('/').filter(Boolean)
  for (let depth = names.length; depth >= 0; depth--) yield join(mount, ...names.slice(0, depth))
}

const coresOf = (quota: string | undefined, period: string | undefined): number =>
  Number(quota) > 0 && Number(period) > 0 ? Number(quota) / Number(period) : Infinity

/** `cpu.max` of version 2 holds quota and period in microseconds, `max 100000` for no limit. */
function coresOfVersion2 (folder: string): number {
  const [quota, period] = read(join(folder, 'cpu.max'))?.split(' ') ?? []
  return coresOf(quota, period)
}

/** Version 1 has a file for each, and -1 for no limit. */
const coresOfVersion1 = (folder: string): number =>
  coresOf(read(join(folder, 'cpu.cfs_quota_us')), read(join(folder, 'cpu.cfs_period_us')))

/**
 * The processor time that the control groups of this process grant it, in cores; Infinity without a limit.
 * `/proc/self/cgroup` has lines `ID:CONTROLLERS:PATH`, that of version 2 without controllers (cgroups(7)). Its path
 * need not exist in a container, whose own group may be mounted as the root.
 */
function cgroupCores (root: string): number {
  const limits = (read(join(root, 'proc/self/cgroup')) ?? '').split('\n').flatMap((line) => {
    const [, id, controllers, group] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? []
    if (id === '0' && controllers === '') return [...upwards(join(root, 'sys/fs/cgroup'), group!)].map(coresOfVersion2)
    if (!controllers?.split(',').includes('cpu')) return []
    return [controllers, 'cpu'].flatMap((mount) => (
      [...upwards(join(root, 'sys/fs/cgroup', mount), group!)].map(coresOfVersion1)
    ))
  })
  return Math.min(Infinity, ...limits)
}

/**
 * How many threads can compute at the same time: as many as this process has cores, and no more than its container's
 * limit of processor time, rounded up. Node 20 ignores that limit; libuv observes it from version 1.49 on.
 */
export function availableCores (root = '/', cores = availableParallelism()): number {
  return Math.max(1, Math.min(cores, Math.ceil(cgroupCores(root))))
}
