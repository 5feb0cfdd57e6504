/**
 * What an administrator may want to know; `file` is relative to the data folder, or the row of a table. Never holds an
 * encoding or a password.
 */
export type StoreEvent =
  /** Loading goes on: so many users up to now. */
  | { type: 'loading', users: number }
  | { type: 'loaded', users: number, durationMs: number }
  /** A damaged file was moved to `file`; its user counts as not registered. */
  | { type: 'quarantined', file: string, reason: string }
  /** A file that is not loaded and could not, or must not, be moved. */
  | { type: 'damaged', file: string, reason: string }
  /** An intact file that is not understood: a newer server wrote it. It stays where it is; its user is not served. */
  | { type: 'unsupported', file: string, reason: string }
  /** A file that cannot be a user's where it lies. */
  | { type: 'ignored', file: string, reason: string }
  /** A file or folder that cannot be read now; what was known of it stays valid. */
  | { type: 'unreadable', file: string, reason: string }
  /** Met first in `file`: encrypted with a key that is not there. What was known of such users stays valid. */
  | { type: 'unknown-key', file: string, reason: string }
  /** Users are served, changes are refused. */
  | { type: 'read-only', reason: string }
  /** There are no notifications, so changes are looked for at intervals. */
  | { type: 'polling', reason: string }
  /** The database answers; named by host and database. */
  | { type: 'connected', database: string }
  /** The database is away: users are served, changes are refused, and it is tried again until it answers. */
  | { type: 'disconnected', database: string, reason: string }
  /** A listener threw; the other listeners were called. */
  | { type: 'listener-failed', reason: string }

/** How each is logged: damage and mistakes are errors, what may pass by itself is a warning. */
export const STORE_EVENT_LEVELS: Readonly<Record<StoreEvent['type'], 'info' | 'warn' | 'error'>> = {
  loading: 'info',
  loaded: 'info',
  quarantined: 'error',
  damaged: 'error',
  unsupported: 'error',
  ignored: 'info',
  unreadable: 'error',
  'unknown-key': 'error',
  'read-only': 'warn',
  polling: 'info',
  connected: 'info',
  disconnected: 'warn',
  'listener-failed': 'error'
}

/** Receives the store's events; must not throw. */
export type OnStoreEvent = (event: StoreEvent) => void

const INTERVAL_MS = 2_000

/** Returns what to call, often, with the number of users loaded up to now: tells it every two seconds. */
export function createLoadingProgress (onEvent: OnStoreEvent): (users: number) => void {
  let tellAt = performance.now() + INTERVAL_MS
  return (users) => {
    if (performance.now() < tellAt) return
    tellAt = performance.now() + INTERVAL_MS
    onEvent({ type: 'loading', users })
  }
}
