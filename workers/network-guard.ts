import { GUARD_CONDEMNED, GUARD_FREE, GUARD_IN_NETWORK } from './protocol.ts'

/** The word of the task that this thread works on; one that nobody else sees while it loads. */
let guard = new Int32Array(new SharedArrayBuffer(4))
let calls = 0

/** Says which word the main thread looks at before it ends this thread. */
export function guardTask (shared: Int32Array<SharedArrayBuffer>): void {
  guard = shared
}

/**
 * Calls a network that must not be interrupted. Does not call it, and never settles, when the main thread is about to end
 * this thread.
 */
export async function callNetwork<T> (call: () => Promise<T>): Promise<T> {
  if (calls === 0 && Atomics.compareExchange(guard, 0, GUARD_FREE, GUARD_IN_NETWORK) === GUARD_CONDEMNED) return new Promise(() => {})
  calls++
  try {
    return await call()
  } finally {
    if (--calls === 0) Atomics.store(guard, 0, GUARD_FREE)
  }
}
