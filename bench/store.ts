import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { MEMORY_FLAGS, processEnvironment } from '../src/cluster/process-environment.ts'
import { loadConfig } from '../src/config.ts'
import { createProgress } from '../commands/progress.ts'
import { markdown } from './markdown.ts'
import type { StoreCost } from './store-process.ts'
import { addStrangers, ENCODINGS_PER_USER, kindOf } from './strangers.ts'

/** What the gallery holds of an encoding. */
const ENCODING_BYTES = 512
const STEP_USERS = 1_000

/** In a process that is started as a server is. */
async function costOf (dir: string): Promise<StoreCost> {
  const args = [...MEMORY_FLAGS, '--import', 'tsx', join(import.meta.dirname, 'store-process.ts'), dir]
  const env = processEnvironment(process.env, loadConfig(process.env))
  const running = promisify(execFile)(process.execPath, args, { env })
  running.child.stderr?.pipe(process.stderr)
  return JSON.parse((await running).stdout) as StoreCost
}

/** Measures the store with so many users, in rising order, in a temporary folder; returns a table for people. */
export async function benchStore (sizes: readonly number[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'face-bench-'))
  const costs: Array<StoreCost & { users: number }> = []
  try {
    let present = 0
    for (const users of sizes) {
      const progress = createProgress(users - present, 'users written', process.stderr)
      for (let written = 0; present < users;) {
        const step = Math.min(STEP_USERS, users - present)
        addStrangers(dir, present * ENCODINGS_PER_USER, (present + step) * ENCODINGS_PER_USER, kindOf())
        present += step
        progress(written += step)
      }
      costs.push({ users, ...await costOf(dir) })
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }

  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, Node ${process.version}`
  await mkdir('bench/results', { recursive: true })
  await writeFile(
    'bench/results/store.json',
    `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), machine, costs }, null, 2)}\n`
  )
  const head = ['users', 'encodings', 'start s', 'CPU s', 'memory MiB', 'of that vectors', 'register p50 ms', 'p95 ms']
  return `${machine}\n\n${markdown(head, costs.map((cost) => [
    cost.users,
    cost.encodings,
    (cost.startMs / 1000).toFixed(1),
    (cost.cpuMs / 1000).toFixed(1),
    cost.memoryMiB.toFixed(0),
    (cost.encodings * ENCODING_BYTES / 2 ** 20).toFixed(0),
    cost.registerP50.toFixed(1),
    cost.registerP95.toFixed(1)
  ]))}`
}
