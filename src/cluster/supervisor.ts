import type { Exit, ServerProcess } from './server-process.ts'
import { createSlot, type Slot } from './slot.ts'

/** Keeps a number of server processes running. */
export interface Supervisor {
  /**
   * Resolves when all are ready. The first one goes ahead: it builds missing models, and a fault in the configuration,
   * the port or the data shows once. Rejects with EarlyExit if it ends before it is ready; the others, and all that end
   * later, are restarted.
   */
  start (): Promise<void>
  /** Replaces one after the other; rejects with EarlyExit, and leaves the rest alone, when a new one cannot start. */
  reload (): Promise<void>
  /** Ends all; resolves when they have. */
  stop (): Promise<void>
  /** Ends all at once. */
  kill (): void
}

export interface SupervisorOptions {
  processes: number
  fork: (slot: Slot) => ServerProcess
  /** Time for the work under way of a process that ends, in milliseconds. */
  graceMs: number
  /** Called when a process ended by itself; another follows after the delay. */
  onCrash: (exit: Exit, delayMs: number) => void
}

/** Makes the supervisor of processes that are not started yet. */
export function createSupervisor ({ processes, ...options }: SupervisorOptions): Supervisor {
  const slots = Array.from({ length: processes }, () => createSlot(options))
  return {
    async start () {
      const [first, ...others] = slots
      await first?.start()
      await Promise.all(others.map((slot) => slot.startUntilReady()))
    },
    async reload () {
      for (const slot of slots) await slot.replace()
    },
    async stop () {
      await Promise.all(slots.map((slot) => slot.stop()))
    },
    kill () {
      for (const slot of slots) slot.kill()
    }
  }
}
