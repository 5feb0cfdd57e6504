import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { MEMORY_FLAGS, processEnvironment } from '../src/cluster/process-environment.ts'
import { loadConfig } from '../src/config.ts'
import { percentile } from './load.ts'
import { markdown, number } from './markdown.ts'
import type { PoolPhotos, PoolTurn } from './threads-process.ts'

/**
 * What so many inference threads do without HTTP, each with a photo and as many photos waiting. Times in milliseconds.
 */
export interface PoolSpeed {
  threads: number
  /** Threads of libuv. */
  poolSize: number
  perSecond: number
  p50: number
  p99: number
  /** Of a photo's time, how long its decoders waited for a thread of libuv. */
  decodeWaitMs: number
}

/** How many inference threads, and how many of libuv unless as many as `npm start` gives them. */
interface PoolShape {
  threads: number
  poolSize?: number
}

/** The pools of the table, and the largest as it was with libuv's own four threads. */
export const POOL_SHAPES: readonly PoolShape[] = [
  ...[1, 2, 4, 8, 16].map((threads) => ({ threads })), { threads: 16, poolSize: 4 }
]

interface Pool extends Required<PoolShape> {
  process: ChildProcess
  turns: PoolTurn[]
}

/** libuv's pool belongs to a process, so each of these is one. */
async function openPool ({ threads, poolSize }: PoolShape, photos: readonly Buffer[]): Promise<Pool> {
  const settings = { INFERENCE_THREADS: String(threads) }
  const env = processEnvironment({ ...process.env, ...settings }, loadConfig(settings))
  const size = poolSize ?? Number(env['UV_THREADPOOL_SIZE'])
  const child = fork(join(import.meta.dirname, 'threads-process.ts'), {
    env: { ...env, UV_THREADPOOL_SIZE: String(size) },
    execArgv: [...MEMORY_FLAGS, '--import', 'tsx'],
    serialization: 'advanced'
  })
  child.send({ photos: [...photos] } satisfies PoolPhotos)
  await once(child, 'message')
  return { threads, poolSize: size, process: child, turns: [] }
}

async function work ({ process: child }: Pool, ms: number): Promise<PoolTurn> {
  child.send(ms)
  const [turn] = await once(child, 'message') as [PoolTurn]
  return turn
}

function speedOf ({ threads, poolSize, turns }: Pool): PoolSpeed {
  const times = turns.flatMap((turn) => turn.times).sort((one, other) => one - other)
  const sum = (pick: (turn: PoolTurn) => number): number => turns.reduce((total, turn) => total + pick(turn), 0)
  return {
    threads,
    poolSize,
    perSecond: times.length * 1000 / sum(({ ms }) => ms),
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    decodeWaitMs: sum(({ queuedMs }) => queuedMs) / times.length
  }
}

/** Measures pools of these shapes, which take turns so that a slow moment hits all. */
export async function measureThreads (
  photos: readonly Buffer[], shapes: readonly PoolShape[], turns: number, turnMs: number
): Promise<PoolSpeed[]> {
  const pools: Pool[] = []
  for (const shape of shapes) pools.push(await openPool(shape, photos))
  for (const pool of pools) await work(pool, turnMs / 4)
  for (let turn = 0; turn < turns; turn++) for (const pool of pools) pool.turns.push(await work(pool, turnMs))
  for (const { process: child } of pools) child.disconnect()
  return pools.map(speedOf)
}

/** As a table: what each has beside the first, one thread of the same run, can be compared between machines. */
export function threadTable (pools: readonly PoolSpeed[]): string {
  const [one] = pools
  const heads = [
    'inference threads, of libuv', 'photos/s', 'of one thread', 'p50 ms', 'p99 ms', 'of one thread',
    'wait for a decoder, ms'
  ]
  return markdown(heads, pools.map(({ threads, poolSize, perSecond, p50, p99, decodeWaitMs }) => [
    `${threads}, ${poolSize}`, number(perSecond), number(perSecond / one!.perSecond, 2), number(p50), number(p99),
    number(p99 / one!.p99, 2), number(decodeWaitMs, 2)
  ]))
}
