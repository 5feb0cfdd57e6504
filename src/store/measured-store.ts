import { FaceError } from '../errors.ts'
import type { EncodingStore } from './encoding-store.ts'

/** Hears of every operation when it ends: `ok` or the code of what it threw, the caller's own refusals included. */
export type OnStoreOperation = (operation: 'open' | 'get' | 'update', outcome: string, ms: number) => void

/** The same store, its operations timed. */
export function measureStore (store: EncodingStore, onOperation: OnStoreOperation): EncodingStore {
  async function timed<T> (operation: Parameters<OnStoreOperation>[0], work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    let outcome = 'ok'
    try {
      return await work()
    } catch (err) {
      outcome = err instanceof FaceError ? err.code : 'INTERNAL_ERROR'
      throw err
    } finally {
      onOperation(operation, outcome, performance.now() - startedAt)
    }
  }
  return {
    ...store,
    open: () => timed('open', () => store.open()),
    get: (key) => timed('get', () => store.get(key)),
    update: (key, change) => timed('update', () => store.update(key, change))
  }
}
