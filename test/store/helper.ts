import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseDataKeys, type DataKey } from '../../src/store/record/seal.ts'
import type { Encoding, EncodingStore, StoreChange, UserId, UserRecord } from '../../src/store/encoding-store.ts'
import { createFileStore, type FileStoreOptions } from '../../src/store/folder/file-store.ts'
import type { Watch } from '../../src/store/folder/follow/watch.ts'
import type { StoreEvent } from '../../src/store/store-event.ts'
import { eventually } from '../support/eventually.ts'
import { TEST_SEED } from '../support/seeded.ts'
import { systemError } from './faulty-file-system.ts'

export { memoryFolder, temporaryFolder } from '../support/folders.ts'
export { eventually }

export const TIME = '2026-01-02T03:04:05.678Z'

/** A key as an operator makes it, for FACE_DATA_KEY. */
export const keyText = (): string => randomBytes(32).toString('base64')

/** New keys. */
export const newKeys = (count = 1): DataKey[] => parseDataKeys(Array.from({ length: count }, keyText).join(','))

/** Below this, a seed is exact as a share of it in 32 bits. */
const SEEDS = 2 ** 23

/** An encoding that `seedOf` can tell from others. */
export function encoding (seed: number): Encoding {
  const vector = Float32Array.from({ length: 128 }, (_, index) => Math.sin(seed * 131 + index))
  // As large as the others, so that the 16 bits that a gallery has tell every two apart.
  vector[0] = seed / SEEDS
  return { vector, quality: 0.9, registeredAt: TIME, model: 'test-model' }
}

/** A user with one encoding for each seed. */
export function record (userId: UserId, ...seeds: number[]): UserRecord {
  return { userId, updatedAt: TIME, encodings: seeds.map(encoding) }
}

/** The seeds of a record's encodings, oldest first. */
export function seedsOf (found: UserRecord | null): number[] {
  return found?.encodings.map(({ vector }) => (vector[0] ?? NaN) * SEEDS) ?? []
}

/** A change that adds an encoding to the user. */
export function adding (userId: UserId, seed: number): (present: UserRecord | null) => UserRecord {
  return (present) => ({ userId, updatedAt: TIME, encodings: [...present?.encodings ?? [], encoding(seed)] })
}

/** What a listener of the store knows: each user's seeds, and all changes in order. */
export class Follower {
  readonly users = new Map<string, number[]>()
  readonly changes: StoreChange[] = []
  readonly listener = (change: StoreChange): void => {
    this.changes.push(change)
    if (change.record) this.users.set(change.key, seedsOf(change.record))
    else this.users.delete(change.key)
  }
}

/** A file store that is open until the test ends, what it announces and what it reports. */
export async function openStore (t: TestContext, options: FileStoreOptions): Promise<{
  store: EncodingStore, follower: Follower, events: StoreEvent[]
}> {
  const events: StoreEvent[] = []
  const follower = new Follower()
  const store = createFileStore({ onEvent: (event) => events.push(event), ...options })
  store.onChange(follower.listener)
  t.after(() => store.close())
  await store.open()
  return { store, follower, events }
}

/** A system that has no notifications left to give, so that the store looks for changes twice a second. */
export const refusingWatch: Watch = () => { throw systemError('ENOSPC', 'watch') }

/**
 * Notifications that nobody hears of, for tests that count the store's calls: it looks for changes every five seconds.
 */
export const silentWatch: Watch = (folder) => watch(folder, { persistent: false })

/** Stores follow each other in both ways. */
export const WATCH_MODES: Array<[mode: string, options: Pick<FileStoreOptions, 'watch'>]> = [
  ['with notifications', {}], ['without notifications', { watch: refusingWatch }]
]

/** Waits until the listener knows exactly these encodings of the user; returns how long that took. */
export async function seen (follower: Follower, key: string, seeds: number[]): Promise<number> {
  const startedAt = performance.now()
  await eventually(() => String(follower.users.get(key) ?? []) === String(seeds))
  return performance.now() - startedAt
}

/** All files below a folder, relative to it. */
export async function filesIn (dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(dir.length + 1)).sort()
}

/**
 * So many processes, this one among them, add encodings to one user at the same time; `place` is the store's folder or
 * address. Resolves with the seeds of them all when none is missing and each process's own are in order.
 */
export async function addTogether (t: TestContext, { processes, place, store, follower }: {
  processes: number, place: string, store: EncodingStore, follower: Follower
}): Promise<number[]> {
  const encodings = 15
  const children = Array.from({ length: processes - 1 }, (_, index) => (
    startChild(t, 'append-encodings', place, 'anna', String((index + 1) * 100), String(encodings))
  ))
  // The first encoding of a child shows that they are at work: from now on this process competes with them.
  await eventually(() => follower.users.has('anna'))
  for (let seed = 0; seed < encodings; seed++) await store.update('anna', adding('anna', seed))
  for (const { ended } of children) assert.equal(await ended, 0)

  const seeds = seedsOf(await store.get('anna'))
  assert.equal(seeds.length, processes * encodings)
  for (let first = 0; first < processes * 100; first += 100) {
    const own = seeds.filter((seed) => seed >= first && seed < first + 100)
    assert.deepEqual(own, Array.from({ length: encodings }, (_, index) => first + index))
  }
  await eventually(() => String(follower.users.get('anna')) === String(seeds))
  return seeds
}

/** A child process of the test: its lines, and its end. */
export interface Child {
  lines: string[]
  kill (): void
  /** Resolves with the exit code, null for a killed child. */
  ended: Promise<number | null>
}

/** Runs `fixtures/<name>.ts`; it is killed when the test ends. */
export function startChild (t: TestContext, name: string, ...args: string[]): Child {
  const path = fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TEST_SEED: String(TEST_SEED) }
  })
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  const ended = Promise.all([once(child, 'close'), once(reader, 'close')]).then(([[code]]) => code as number | null)
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { lines, kill: () => { child.kill('SIGKILL') }, ended }
}
