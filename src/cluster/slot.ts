import { setTimeout } from 'node:timers/promises'
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
  /** The same, but goes on trying until one is ready. */
  insist (): Promise<void>
  /**
   * Starts another process, and when that is ready lets the present one finish. Rejects with {@link EarlyExit} when the
   * other one ends before; the present one then goes on.
   */
  replace (): Promise<void>
  /** The same, but goes on trying until one is ready: for a present one that cannot do all of its work. */
  relieve (): Promise<void>
  /** Ends what runs; nothing starts any more. */
  stop (): Promise<void>
  /** The same, at once. */
  kill (): void
}

export interface SlotOptions {
  fork: (slot: Slot) => ServerProcess
  /** Time for the work under way of a process that ends. */
  graceMs: number
  /** Hears of a process that ended by itself, and in what time another follows. */
  onCrash: (exit: Exit, delayMs: number) => void
}

/** Makes an empty slot. */
export function createSlot ({ fork, graceMs, onCrash }: SlotOptions): Slot {
  const turns = createTaskQueue()
  const inTurn = (task: () => Promise<void>): Promise<void> => turns.run('', task)
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
    ended.then((exit) => inTurn(async () => {
      if (current !== fresh) return
      if (performance.now() - readyAt > STABLE_MS) failures = 0
      await revive(exit)
    }))
  }

  /** Starts processes until one is ready, each after twice the time of the one before. */
  async function revive (exit: Exit): Promise<void> {
    if (stopping.signal.aborted) return
    const delayMs = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** failures++)
    onCrash(exit, delayMs)
    await setTimeout(delayMs, undefined, { signal: stopping.signal }).catch(() => {}) // Then launch does nothing.
    await persist()
  }

  async function persist (): Promise<void> {
    try {
      await launch()
    } catch (err) {
      if (!(err instanceof EarlyExit)) throw err
      await revive(err.exit)
    }
  }

  async function takeOver (from: ServerProcess | undefined, start: () => Promise<void>): Promise<void> {
    await start()
    // It waits for its clients first, and then has the time that every process has.
    if (!stopping.signal.aborted) await from?.end('retire', 2 * graceMs)
  }

  const slot: Slot = {
    start: () => inTurn(launch),
    insist: () => inTurn(persist),
    replace: () => inTurn(() => takeOver(current, launch)),
    relieve: () => inTurn(() => takeOver(current, persist)),
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
