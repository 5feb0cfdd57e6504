import { GUARD_CONDEMNED, GUARD_FREE, GUARD_IN_NETWORK } from './protocol.ts'

/** One word, `GUARD_…`, which the main thread looks at before it ends this thread. */
export const guard = new Int32Array(new SharedArrayBuffer(4))
let calls = 0

/**
 * Calls a network that must not be interrupted. If the main thread is about to terminate this thread, it is not called
 * and the promise never settles.
 */
export async function callNetwork<T> (call: () => Promise<T>): Promise<T> {
  if (calls === 0 && Atomics.compareExchange(guard, 0, GUARD_FREE, GUARD_IN_NETWORK) === GUARD_CONDEMNED) {
    return new Promise(() => {})
  }
  calls++
  try {
    return await call()
  } finally {
    if (--calls === 0) Atomics.store(guard, 0, GUARD_FREE)
  }
}
