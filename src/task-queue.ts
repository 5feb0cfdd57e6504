/** Runs the tasks of one key one after the other, those of different keys at the same time. */
export interface TaskQueue {
  /** Settles as the task does. */
  run<T> (key: string, task: () => Promise<T>): Promise<T>
  /** Resolves when nothing is queued or running. */
  idle (): Promise<void>
}

/** Makes an empty queue. */
export function createTaskQueue (): TaskQueue {
  /** The last task of each key, as a promise that never rejects. */
  const tails = new Map<string, Promise<void>>()

  return {
    run (key, task) {
      const result = (tails.get(key) ?? Promise.resolve()).then(task)
      const tail = result.then(() => {}, () => {}).then(() => {
        if (tails.get(key) === tail) tails.delete(key)
      })
      tails.set(key, tail)
      return result
    },
    async idle () {
      while (tails.size > 0) await Promise.all(tails.values())
    }
  }
}
