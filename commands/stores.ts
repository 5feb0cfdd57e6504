import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Config } from '../src/config.ts'
import { createSightings, type Sightings } from '../src/recognition/sightings.ts'
import { createDocuments, createSightingStore, createStore } from '../src/store/create-store.ts'
import type { DocumentStore } from '../src/store/documents/document-store.ts'
import { dataFolder } from '../src/store/folder/layout.ts'
import type { EncodingStore } from '../src/store/encoding-store.ts'
import type { OnStoreEvent, StoreEvent } from '../src/store/store-event.ts'
import { CommandError } from './command-error.ts'

/** How many users are worked on at the same time: a change waits for the disk most of its time. */
export const LANES = 16

function tellProblem (event: StoreEvent): void {
  if ('file' in event && 'reason' in event) process.stderr.write(`${event.file}: ${event.type}: ${event.reason}\n`)
}

/** The store of the configuration, not open, that reports damage on stderr. */
export function configuredStore (config: Config): EncodingStore {
  return createStore(config, tellProblem)
}

/** The configuration with its data in another place: a folder, or a `postgres://` address. */
export function withDataAt (place: string, config: Config): Config {
  const { DATABASE_URL: _, ...others } = config
  return /^postgres(ql)?:\/\//.test(place) ? { ...others, DATABASE_URL: place } : { ...others, FACE_DATA_DIR: place }
}

/** The documents beside {@link configuredStore}. */
export function configuredDocuments (config: Config, onEvent: OnStoreEvent = tellProblem): DocumentStore {
  return createDocuments(config, onEvent)
}

/** Opens the documents for the time of `work`. */
export async function withDocuments<T> (documents: DocumentStore, work: () => Promise<T>): Promise<T> {
  try {
    await documents.open()
    return await work()
  } finally {
    await documents.close()
  }
}

/** The sightings beside {@link configuredStore}. */
export function configuredSightings (config: Config): Sightings {
  return createSightings(createSightingStore(config, tellProblem))
}

/**
 * Throws {@link CommandError} unless there is face data, because a wrong FACE_DATA_DIR must not look like an empty one.
 */
export async function assertHasData (config: Config): Promise<void> {
  if (config.DATABASE_URL !== undefined) return
  const { users } = dataFolder(resolve(config.FACE_DATA_DIR))
  if (await stat(users).then((found) => found.isDirectory(), () => false)) return
  throw new CommandError(`${config.FACE_DATA_DIR} holds no face data: set FACE_DATA_DIR`)
}

/** Opens the store for the time of `work`, which gets the keys of all its users. */
export async function withStore<T> (store: EncodingStore, work: (keys: ReadonlySet<string>) => Promise<T>): Promise<T> {
  const keys = new Set<string>()
  store.onChange(({ key, record }) => {
    if (record) keys.add(key)
    else keys.delete(key)
  })
  try {
    await store.open()
    return await work(keys)
  } finally {
    await store.close()
  }
}
