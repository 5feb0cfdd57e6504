import { setTimeout as delay } from 'node:timers/promises'
import { createTaskQueue } from '../task-queue.ts'
import { EarlyExit, type Exit, type ServerProcess } from './server-process.ts'

const RETRY_MS = 250
const RETRY_MS_MAX = 30_000
/** A process that was ready for so long has not failed to start. */
const STABLE_MS = 60_000

/** A place for one server process, which does not stay empty when that ends. */
export interface Slot {
  /** Starts a process and resolves when it is ready; rejects with {@link EarlyExit} if it ends before. */
  start (): Promise<void>
  /** The same, but tries again until one is ready. */
  startUntilReady (): Promise<void>
  /**
   * Starts another process, when that is ready lets the present one finish, and resolves when it has. Rejects with
   * {@link EarlyExit} when the other one ends before it is ready; the present one then goes on.
   */
  replace (): Promise<void>
  /**
   * The same for a process that cannot do all of its work, if it is the present one, but retries until one is ready.
   */
  replaceDegraded (process: ServerProcess): Promise<void>
  /** Ends what runs; nothing starts any more. */
  stop (): Promise<void>
  /** The same, at once. */
  kill (): void
}

export interface SlotOptions {
  fork: (slot: Slot) => ServerProcess
  /** Time for the work under way of a process that ends. */
  graceMs: number
  /** Called when a process ended by itself; another follows after the delay. */
  onCrash: (exit: Exit, delayMs: number) => void
}

/** Makes an empty slot. */
export function createSlot ({ fork, graceMs, onCrash }: SlotOptions): Slot {
  const starts = createTaskQueue()
  const exclusively = <T>(task: () => Promise<T>): Promise<T> => starts.run('', task)
  /** More than one while one takes over from another. */
  const processes = new Set<ServerProcess>()
  let current: ServerProcess | undefined
  let failures = 0
  const stopping = new AbortController()

  async function launch (): Promise<void> {
    if (stopping.signal.aborted) return
    const fresh = fork(slot)
    processes.add(fresh)
    const ended = fresh.exited.finally(() => processes.delete(fresh))
    await fresh.ready
    current = fresh
    const readyAt = performance.now()
    ended.then((exit) => exclusively(async () => {
      if (current !== fresh) return
      if (performance.now() - readyAt > STABLE_MS) failures = 0
      await restart(exit)
    }))
  }

  /** Starts processes until one is ready, each after twice the time of the one before. */
  async function restart (exit: Exit): Promise<void> {
    if (stopping.signal.aborted) return
    const delayMs = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** failures++)
    onCrash(exit, delayMs)
    await delay(delayMs, undefined, { signal: stopping.signal }).catch(() => {}) // Then launch does nothing.
    await launchUntilReady()
  }

  async function launchUntilReady (): Promise<void> {
    try {
      await launch()
    } catch (err) {
      if (!(err instanceof EarlyExit)) throw err
      await restart(err.exit)
    }
  }

  /**
   * Replaces the present process, if it is the one expected. While it finishes, its successor can already be restarted.
   */
  async function takeOver (start: () => Promise<void>, expected?: ServerProcess): Promise<void> {
    const previous = await exclusively(async () => {
      const present = current
      if (expected !== undefined && expected !== present) return undefined
      await start()
      return present
    })
    // It waits for its clients first, and then has the time that every process has.
    if (!stopping.signal.aborted) await previous?.end('retire', 2 * graceMs)
  }

  const slot: Slot = {
    start: () => exclusively(launch),
    startUntilReady: () => exclusively(launchUntilReady),
    replace: () => takeOver(launch),
    replaceDegraded: (process) => takeOver(launchUntilReady, process),
    async stop () {
      stopping.abort()
      await Promise.all([...processes].map((process) => process.end('stop', graceMs)))
    },
    kill () {
      stopping.abort()
      for (const process of processes) process.kill()
    }
  }
  return slot
}
