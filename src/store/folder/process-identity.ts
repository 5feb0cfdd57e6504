import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Whose file it is: one process on one host, and a token that makes each name unique. */
export interface Owner {
  hostId: string
  pid: number
  /** Start of the process in clock ticks since boot, so that a reused pid is another process; 0 where unknown. */
  start: string
}

const OWNER = /^([0-9a-f]{12})\.(\d{1,10})\.(\d{1,20})\.[0-9a-f]{16}$/

function readOr (read: () => string, otherwise: string): string {
  try {
    return read().trim()
  } catch {
    return otherwise // No /proc here; the host name is all there is.
  }
}

/** Processes with the same id see each other's pids: same boot, same pid namespace. */
function readHostId (): string {
  const bootId = readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'), '')
  const pidNamespace = readOr(() => readlinkSync('/proc/self/ns/pid'), '')
  return createHash('sha256').update(`${bootId} ${pidNamespace} ${hostname()}`).digest('hex').slice(0, 12)
}

/** State and start time of a process from /proc; null where that cannot be read. */
function readProcess (pid: number): { state: string, start: string } | null {
  const text = readOr(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), '')
  // The second field is the program's name in parentheses and may contain anything, so count from its end.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, start] = [fields[0], fields[19]]
  return state !== undefined && start !== undefined ? { state, start } : null
}

const HOST_ID = readHostId()
const START = readProcess(process.pid)?.start ?? '0'

/** A name that no other call, in whatever process on whatever host, ever returns. */
export function ownerName (): string {
  return `${HOST_ID}.${process.pid}.${START}.${randomBytes(8).toString('hex')}`
}

/** Who made the name; null if {@link ownerName} did not. */
export function parseOwner (name: string): Owner | null {
  const [, hostId, pid, start] = OWNER.exec(name) ?? []
  return hostId !== undefined && pid !== undefined && start !== undefined ? { hostId, pid: Number(pid), start } : null
}

/** Whether it is this very process. */
export function isOwnProcess ({ hostId, pid, start }: Owner): boolean {
  return hostId === HOST_ID && pid === process.pid && start === START
}

/** Whether the process still runs; undefined if it belongs to another host and cannot be asked. */
export function isOwnerAlive ({ hostId, pid, start }: Owner): boolean | undefined {
  if (hostId !== HOST_ID) return undefined
  try {
    process.kill(pid, 0)
  } catch (err) {
    // EPERM: it runs, as another user.
    if (!(err instanceof Error && 'code' in err && err.code === 'EPERM')) return false
  }
  const found = readProcess(pid)
  // Hidden by the system (hidepid), or no /proc: the pid is in use, so be careful.
  if (!found) return true
  return found.start === start && found.state !== 'Z' && found.state !== 'X'
}
