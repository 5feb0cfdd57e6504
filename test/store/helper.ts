import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Encoding, StoreChange, UserId, UserRecord } from '../../src/store/encoding-store.ts'

export const TIME = '2026-01-02T03:04:05.678Z'

/** A folder of its own, removed after the test. */
export async function temporaryFolder (t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'face-store-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** An encoding that `seedOf` can tell from others. */
export function encoding (seed: number): Encoding {
  const vector = Float32Array.from({ length: 128 }, (_, index) => Math.sin(seed * 131 + index))
  vector[0] = seed
  return { vector, quality: 0.9, registeredAt: TIME, model: 'test-model' }
}

/** A user with one encoding for each seed. */
export function record (userId: UserId, ...seeds: number[]): UserRecord {
  return { userId, updatedAt: TIME, encodings: seeds.map(encoding) }
}

/** The seeds of a record's encodings, oldest first. */
export function seedsOf (found: UserRecord | null): number[] {
  return found?.encodings.map(({ vector }) => vector[0] ?? NaN) ?? []
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

/** Polls until `condition` holds; fails after `limitMs`. */
export async function eventually (condition: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!await condition()) {
    if (performance.now() > deadline) throw new Error(`not so after ${limitMs} ms: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** All files below a folder, relative to it. */
export async function filesIn (dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name).slice(dir.length + 1)).sort()
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
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  const ended = Promise.all([once(child, 'close'), once(reader, 'close')]).then(([[code]]) => code as number | null)
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { lines, kill: () => { child.kill('SIGKILL') }, ended }
}
