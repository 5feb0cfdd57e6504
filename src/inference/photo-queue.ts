import { FaceError } from '../errors.ts'

/** Photos in work and photos that wait for a thread, both bounded. */
export interface PhotoQueue {
  /**
   * Runs the task when a slot is free, first come first served. Throws `OVERLOADED` at once when too many wait, or when
   * the wait would take more than half of `limitMs`; `CLIENT_GONE` when the signal aborts a task that waits; and
   * `INFERENCE_TIMEOUT` when `limitMs` have passed since the call. A task that waits then never starts; one that runs
   * keeps its slot until it settles.
   */
  run<T> (task: () => Promise<T>, options: { limitMs: number, signal?: AbortSignal }): Promise<T>
  /** Throws `OVERLOADED` if a task with this limit would be refused now. */
  assertRoom (limitMs: number): void
  /** Starts what may start, or refuses what never will: `slots` gives other numbers now. */
  slotsChanged (): void
  /** Tasks that run and tasks that wait. */
  load (): { running: number, waiting: number }
  /** Resolves when nothing runs or waits. */
  idle (): Promise<void>
}

/** Tasks that may run at the same time: now, and when all that is coming back is there. */
export interface Slots {
  now: number
  soon: number
}

/** A task that waits. */
interface Place {
  start (): void
  refuse (err: FaceError): void
}

/** How much the latest task counts in the average. */
const WEIGHT = 0.1

/** Makes an empty queue with as many running tasks as there are slots, and at most `waitingMax` waiting ones. */
export function createPhotoQueue ({ slots, waitingMax }: { slots: () => Slots, waitingMax: number }): PhotoQueue {
  /** In the order of arrival; a task that gives up leaves it at once. */
  const waiting = new Set<Place>()
  let running = 0
  /** What a task takes, in milliseconds. */
  let meanMs = 0
  const whenIdle: Array<() => void> = []

  const settleIdle = (): void => {
    if (running === 0 && waiting.size === 0) whenIdle.splice(0).forEach((resolve) => resolve())
  }

  /** For a task that would join now. */
  function expectedWaitMs (): number {
    const { soon } = slots()
    return soon === 0 ? Infinity : meanMs * (waiting.size + 1) / soon
  }

  function overloaded (): FaceError {
    const waitMs = expectedWaitMs()
    const retryAfterSeconds = Number.isFinite(waitMs) ? Math.max(1, Math.ceil(waitMs / 1000)) : 1
    return new FaceError('OVERLOADED', { retryAfterSeconds })
  }

  const mustWait = (): boolean => running >= slots().now

  function assertRoom (limitMs: number): void {
    if (mustWait() && (waiting.size >= waitingMax || expectedWaitMs() > limitMs / 2)) throw overloaded()
  }

  async function occupySlot<T> (task: () => Promise<T>): Promise<T> {
    running++
    const startedAt = performance.now()
    try {
      const result = await task()
      const tookMs = performance.now() - startedAt
      meanMs += (tookMs - meanMs) * (meanMs === 0 ? 1 : WEIGHT)
      return result
    } finally {
      running--
      startWaiting()
      settleIdle()
    }
  }

  function startWaiting (): void {
    for (const place of waiting) {
      if (mustWait()) return
      place.start()
    }
  }

  return {
    run: (task, { limitMs, signal }) => new Promise((resolve, reject) => {
      const place: Place = {
        start () {
          waiting.delete(place)
          signal?.removeEventListener('abort', leave)
          occupySlot(task).finally(() => clearTimeout(timer)).then(resolve, reject)
        },
        refuse (err) {
          waiting.delete(place)
          signal?.removeEventListener('abort', leave)
          clearTimeout(timer)
          reject(err)
          settleIdle()
        }
      }
      const leave = (): void => place.refuse(new FaceError('CLIENT_GONE'))
      if (signal?.aborted) return reject(new FaceError('CLIENT_GONE'))
      assertRoom(limitMs) // What it throws rejects.
      const timer = setTimeout(() => {
        const err = new FaceError('INFERENCE_TIMEOUT')
        if (waiting.has(place)) place.refuse(err)
        else reject(err)
      }, limitMs)
      if (!mustWait()) return place.start()
      waiting.add(place)
      signal?.addEventListener('abort', leave, { once: true })
    }),
    assertRoom,
    slotsChanged () {
      if (slots().soon === 0) for (const place of waiting) place.refuse(overloaded())
      startWaiting()
    },
    load: () => ({ running, waiting: waiting.size }),
    idle: () => new Promise((resolve) => {
      whenIdle.push(resolve)
      settleIdle()
    })
  }
}
