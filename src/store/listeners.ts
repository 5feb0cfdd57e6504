import type { StoreChange } from './encoding-store.ts'
import { reasonOf, type OnStoreEvent } from './store-event.ts'

/** Those who follow a store. */
export interface Listeners {
  add (listener: (change: StoreChange) => void): void
  /** Calls each with the change. */
  announce (change: StoreChange): void
  /** Calls nobody any more. */
  close (): void
}

/** Has nobody at first. What a listener throws is reported as an event. */
export function createListeners (onEvent: OnStoreEvent): Listeners {
  const listeners: Array<(change: StoreChange) => void> = []

  return {
    add: (listener) => { listeners.push(listener) },
    announce (change) {
      for (const listener of listeners) {
        try {
          listener(change)
        } catch (err) {
          // The change is stored: the other listeners must hear of it, and the caller must not be told it failed.
          onEvent({ type: 'listener-failed', reason: reasonOf(err) })
        }
      }
    },
    close: () => { listeners.length = 0 }
  }
}
