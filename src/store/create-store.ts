import type { Config } from '../config.ts'
import { parseDataKeys } from './data-key.ts'
import type { EncodingStore } from './encoding-store.ts'
import { createFileStore } from './file-store.ts'
import { createPostgresStore } from './postgres/postgres-store.ts'
import type { OnStoreEvent } from './store-event.ts'

export type StoreConfig = Pick<Config, 'DATABASE_URL' | 'FACE_DATA_DIR' | 'FACE_DATA_KEY' | 'STORE_POLL_MS'>

/** The store that the configuration names, not yet open. Throws `ConfigError` for an address that cannot be understood. */
export function createStore (
  { DATABASE_URL: url, FACE_DATA_DIR: dir, FACE_DATA_KEY, STORE_POLL_MS: pollMs }: StoreConfig, onEvent: OnStoreEvent
): EncodingStore {
  const keys = parseDataKeys(FACE_DATA_KEY)
  return url === undefined ? createFileStore({ dir, keys, pollMs, onEvent }) : createPostgresStore({ url, keys, onEvent })
}
