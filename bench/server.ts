import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listeningUrl } from './listening.ts'
import { addStrangers } from './strangers.ts'

const TICKS_PER_SECOND = 100

/** The built server, on a data folder of its own. */
export interface BenchServer {
  readonly url: string
  /** From the start of the process until it listened. */
  readonly startMs: number
  /** Processor time of the whole process so far, in milliseconds; 0 where there is no /proc. */
  cpuMs (): Promise<number>
  /** The most memory that it had so far, in MiB; 0 where there is no /proc. */
  peakMiB (): Promise<number>
  stop (): Promise<void>
}

/** Starts the built server with so many encodings of strangers enrolled. */
export async function startBenchServer (encodings: number, env: Record<string, string> = {}): Promise<BenchServer> {
  const dir = await mkdtemp(join(tmpdir(), 'face-bench-'))
  await addStrangers(dir, 0, encodings)
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['dist/src/server.js'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: '0',
      FACE_DATA_DIR: dir,
      LOG_FILE: 'off',
      RATE_LIMIT_MAX: '10000000',
      INFERENCE_QUEUE_MAX: '1000',
      DUPLICATE_TOLERANCE: '0',
      FACE_QUALITY_THRESHOLD: '0',
      ...env
    }
  })
  const exited = once(child, 'exit')
  let output = ''
  child.stdout.on('data', (chunk) => { output = (output + String(chunk)).slice(-10_000) })
  const url = await listeningUrl(child, () => output)
  const proc = (file: string): Promise<string> => readFile(`/proc/${child.pid}/${file}`, 'utf8').catch(() => '')
  return {
    url,
    startMs: performance.now() - startedAt,
    async cpuMs () {
      const fields = (await proc('stat')).split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 1000 / TICKS_PER_SECOND
    },
    peakMiB: async () => Number(/VmHWM:\s+(\d+)/.exec(await proc('status'))?.[1] ?? 0) / 1024,
    async stop () {
      child.kill('SIGTERM')
      await exited
      await rm(dir, { recursive: true, force: true })
    }
  }
}
