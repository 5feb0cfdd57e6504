import type { Config } from '../config.ts'
import type { EncodingStore } from './encoding-store.ts'
import { createFileStore } from './file-store.ts'
import { createPostgresStore } from './postgres/postgres-store.ts'
import type { OnStoreEvent } from './store-event.ts'

/** The store that the configuration names, not yet open. Throws `ConfigError` for an address that cannot be understood. */
export function createStore (
  { DATABASE_URL: url, FACE_DATA_DIR: dir }: Pick<Config, 'DATABASE_URL' | 'FACE_DATA_DIR'>, onEvent: OnStoreEvent
): EncodingStore {
  return url === undefined ? createFileStore({ dir, onEvent }) : createPostgresStore({ url, onEvent })
}
