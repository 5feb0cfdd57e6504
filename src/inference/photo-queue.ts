import { FaceError } from '../errors.ts'

/** Photos in work and photos that wait for a thread, both bounded. */
export interface PhotoQueue {
  /**
   * Runs the task when a slot is free, first come first served. Throws `OVERLOADED` at once when too many wait, and
   * `INFERENCE_TIMEOUT` when `limitMs` have passed since the call. A task that waits then never starts; one that runs
   * keeps its slot until it settles, because a thread inside a network cannot be stopped without ending the process.
   */
  run<T> (task: () => Promise<T>, limitMs: number): Promise<T>
  /** Tasks that run and tasks that wait. */
  load (): { running: number, waiting: number }
  /** Resolves when nothing runs or waits. */
  idle (): Promise<void>
}

/** Makes an empty queue with `slots` running and at most `waitingMax` waiting tasks. */
export function createPhotoQueue ({ slots, waitingMax }: { slots: number, waitingMax: number }): PhotoQueue {
  /** A set keeps the order of arrival, and whoever gives up leaves it at once. */
  const waiting = new Set<() => void>()
  let running = 0
  const whenIdle: Array<() => void> = []

  function leave (): void {
    running--
    const next = waiting.values().next().value
    if (next) next()
    else if (running === 0) whenIdle.splice(0).forEach((resolve) => resolve())
  }

  return {
    run: (task, limitMs) => new Promise((resolve, reject) => {
      const start = (): void => {
        waiting.delete(start)
        running++
        task().finally(() => {
          clearTimeout(timer)
          leave()
        }).then(resolve, reject)
      }
      if (running >= slots && waiting.size >= waitingMax) {
        reject(new FaceError('OVERLOADED'))
        return
      }
      const timer = setTimeout(() => {
        waiting.delete(start)
        reject(new FaceError('INFERENCE_TIMEOUT'))
      }, limitMs)
      if (running < slots) start()
      else waiting.add(start)
    }),
    load: () => ({ running, waiting: waiting.size }),
    idle: () => new Promise((resolve) => {
      whenIdle.push(resolve)
      if (running === 0 && waiting.size === 0) whenIdle.splice(0).forEach((done) => done())
    })
  }
}
