import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MEMORY_FLAGS, processEnvironment } from '../src/cluster/process-environment.ts'
import { loadConfig } from '../src/config.ts'
import { listeningUrl } from './listening.ts'
import { addStrangers, kindOf } from './strangers.ts'

const TICKS_PER_SECOND = 100
/** The start, and not a line for each of a million requests. */
const OUTPUT_MAX = 100_000

/** The built server, on a data folder of its own. */
export interface BenchServer {
  readonly url: string
  /** From the start of the process until it listened. */
  readonly startMs: number
  /** Processor time of the whole process so far, in milliseconds; 0 where there is no /proc. */
  cpuMs (): Promise<number>
  /** Memory (RSS) now, and the most that it had so far, in MiB; 0 where there is no /proc. */
  memory (): Promise<{ nowMiB: number, peakMiB: number }>
  /** Lines of its log so far, as far as they are JSON. */
  log (): Array<Record<string, unknown>>
  /** Open files and sockets; 0 where there is no /proc. */
  handles (): Promise<number>
  stop (): Promise<void>
}

/** What becomes of a server's data folder: kept by whoever gave it, or made for it and removed with it. */
type Folder = { dir: string } | { strangers: number }

/**
 * Starts the built server as `npm start` does, on this data folder or on one with so many strangers of one encoding
 * each; `checkout` is where the server was built.
 */
export async function startBenchServer (
  folder: Folder, env: Record<string, string> = {}, checkout = '.'
): Promise<BenchServer> {
  const dir = 'dir' in folder ? folder.dir : await mkdtemp(join(tmpdir(), 'face-bench-'))
  if ('strangers' in folder) addStrangers(dir, 0, folder.strangers, kindOf(env), 1)
  const environment = {
    ...process.env,
    HOST: '127.0.0.1',
    PORT: '0',
    FACE_DATA_DIR: dir,
    LOG_FILE: 'off',
    // Its log says where it listens.
    LOG_LEVEL: 'info',
    // A `.env` of the operator's must lend it neither people nor keys.
    DATABASE_URL: '',
    ADMIN_KEY: '',
    RATE_LIMIT_MAX: '10000000',
    DUPLICATE_TOLERANCE: '0',
    FACE_QUALITY_THRESHOLD: '0',
    ...env
  }
  const startedAt = performance.now()
  const child = spawn(process.execPath, [...MEMORY_FLAGS, join(checkout, 'dist/src/server.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: processEnvironment(environment, loadConfig(environment))
  })
  const exited = once(child, 'exit')
  let output = ''
  child.stdout.on('data', (chunk) => { if (output.length < OUTPUT_MAX) output += String(chunk) })
  const url = await listeningUrl(child, () => output)
  const proc = (file: string): Promise<string> => readFile(`/proc/${child.pid}/${file}`, 'utf8').catch(() => '')
  return {
    url,
    startMs: performance.now() - startedAt,
    async cpuMs () {
      const fields = (await proc('stat')).split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 1000 / TICKS_PER_SECOND
    },
    async memory () {
      const status = await proc('status')
      const mebibytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024
      return { nowMiB: mebibytes('VmRSS'), peakMiB: mebibytes('VmHWM') }
    },
    log: () => output.split('\n').filter((line) => /^\{.*\}$/.test(line)).map((line) => (
      JSON.parse(line) as Record<string, unknown>
    )),
    handles: async () => (await readdir(`/proc/${child.pid}/fd`).catch(() => [])).length,
    async stop () {
      child.kill('SIGTERM')
      await exited
      if ('strangers' in folder) await rm(dir, { recursive: true, force: true })
    }
  }
}
