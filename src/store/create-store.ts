import type { Config } from '../config.ts'
import { FaceError } from '../errors.ts'
import type { DocumentStore } from './documents/document-store.ts'
import { createFolderDocuments } from './documents/folder-documents.ts'
import { createPostgresDocuments } from './documents/postgres-documents.ts'
import type { EncodingStore, StoredUsers } from './encoding-store.ts'
import { createFileStore } from './folder/file-store.ts'
import { storedFiles } from './folder/read.ts'
import { createPostgresStore } from './postgres/postgres-store.ts'
import { storedRows } from './postgres/stored-rows.ts'
import { createRecordCodec } from './record/codec.ts'
import { parseDataKeys } from './record/seal.ts'
import { createFolderSightings } from './sightings/folder-sightings.ts'
import { createPostgresSightings } from './sightings/postgres-sightings.ts'
import type { SightingStore } from './sightings/sighting-store.ts'
import { createFolderRequests } from './requests/folder-requests.ts'
import { createPostgresRequests } from './requests/postgres-requests.ts'
import type { RequestMemory } from './requests/request-memory.ts'
import type { OnStoreEvent } from './store-event.ts'

export type StoreConfig = Pick<Config, 'DATABASE_URL' | 'FACE_DATA_DIR' | 'FACE_DATA_KEY' | 'STORE_POLL_MS'>

/**
 * The store that the configuration selects, not yet open. Throws `ConfigError` for an address that cannot be parsed.
 */
export function createStore (
  { DATABASE_URL: url, FACE_DATA_DIR: dir, FACE_DATA_KEY, STORE_POLL_MS: pollMs }: StoreConfig, onEvent: OnStoreEvent
): EncodingStore {
  const keys = parseDataKeys(FACE_DATA_KEY)
  return url === undefined
    ? createFileStore({ dir, keys, pollMs, onEvent })
    : createPostgresStore({ url, keys, pollMs, onEvent })
}

/** What lies in the store of the configuration. Throws as {@link createStore}. */
export function createStoredUsers (
  { DATABASE_URL: url, FACE_DATA_DIR: dir, FACE_DATA_KEY }: StoreConfig
): StoredUsers {
  const codec = createRecordCodec(parseDataKeys(FACE_DATA_KEY))
  return url === undefined ? storedFiles(dir, codec) : storedRows(url, codec)
}

/** The documents beside the encodings of {@link createStore}, not yet open. Throws as that. */
export function createDocuments (
  { DATABASE_URL: url, FACE_DATA_DIR: dir, FACE_DATA_KEY }: StoreConfig, onEvent: OnStoreEvent
): DocumentStore {
  const keys = parseDataKeys(FACE_DATA_KEY)
  return url === undefined
    ? createFolderDocuments({ dir, keys, onEvent })
    : createPostgresDocuments({ url, keys, onEvent })
}

/** The sightings beside the store's encodings. Throws as {@link createStore}. */
export function createSightingStore (
  { DATABASE_URL: url, FACE_DATA_DIR: dir, FACE_DATA_KEY }: StoreConfig, onEvent: OnStoreEvent
): SightingStore {
  const keys = parseDataKeys(FACE_DATA_KEY)
  return url === undefined
    ? createFolderSightings({ dir, keys, onEvent })
    : createPostgresSightings({ url, keys, onEvent })
}

/** So much longer than for its photo a request may take. */
const BUSY_MS = 60_000

/** The requests beside the encodings of {@link createStore}, not yet open. Throws as that. */
export function createRequests ({
  DATABASE_URL: url, FACE_DATA_DIR: dir, FACE_DATA_KEY, INFERENCE_TIMEOUT_MS: inferenceMs
}: StoreConfig & Pick<Config, 'INFERENCE_TIMEOUT_MS'>): RequestMemory {
  const options = { keys: parseDataKeys(FACE_DATA_KEY), busyMs: inferenceMs + BUSY_MS }
  return url === undefined ? createFolderRequests({ dir, ...options }) : createPostgresRequests({ url, ...options })
}

/** Called when an operation ends: `ok` or the code of what it threw, the caller's own refusals included. */
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
    update: (key, change) => timed('update', () => store.update(key, change)),
    updateInTurn: (key, change) => timed('update', () => store.updateInTurn(key, change)),
    erase: (key) => timed('update', () => store.erase(key))
  }
}
