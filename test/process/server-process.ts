import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readdir, symlink } from 'node:fs/promises'
import type { TestContext } from 'node:test'
import { join, resolve } from 'node:path'
import { listeningUrl } from '../../bench/listening.ts'
import { eventually, temporaryFolder, TEST_ENV } from '../helper.ts'
import { checkLogLine } from '../support/log-lines.ts'

/** A server in a process of its own, listening on a free port of 127.0.0.1. */
export interface ServerProcess {
  readonly child: ChildProcess
  readonly url: string
  /** Everything it wrote so far, log and errors. */
  output (): string
  /** Resolves with the exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals | null>
}

/** What to run, and where. `server` is one server on its own, `cluster` is what `npm start` runs. */
interface Program { cwd?: string, program?: 'server' | 'cluster', dist?: string }

function launch (
  env: Record<string, string>, { cwd = '.', program = 'server', dist = 'dist' }: Program
): { child: ChildProcess, output: () => string } {
  // A name of the caller's own environment must not reach the server under test.
  const child = spawn(process.execPath, [resolve(dist, 'src', `${program}.js`)], {
    cwd, env: { PATH: process.env['PATH'] ?? '', MODELS_DIR: resolve('models'), ...TEST_ENV, LOG_LEVEL: 'info', ...env }
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => { text += String(chunk) })
  child.once('close', () => text.split('\n').filter(isLogLine).forEach(checkLogLine))
  return { child, output: () => text }
}

const isLogLine = (line: string): boolean => line.startsWith('{') && line.endsWith('}')

/** Starts the built server (`npm run build` first) and resolves when it listens; killed after the test. */
export async function startServer (
  t: TestContext, env: Record<string, string>, program: Program = {}
): Promise<ServerProcess> {
  const { child, output } = launch({ HOST: '127.0.0.1', PORT: '0', ...env }, program)
  t.after(() => child.kill('SIGKILL'))
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) => (
    child.once('exit', (code, signal) => resolve(code ?? signal))
  ))
  const url = await listeningUrl(child, output)
  if (program.program === 'cluster') await eventually(() => output().includes('"READY"') || child.exitCode !== null)
  return { child, url, output, exited }
}

/** Runs the built server where it must not start; gives its exit code and all it wrote. */
export async function failToStart (
  t: TestContext, env: Record<string, string>, program: Program = {}
): Promise<{ code: number | null, output: string }> {
  const { child, output } = launch({ HOST: '127.0.0.1', PORT: '0', ...env }, program)
  t.after(() => child.kill('SIGKILL'))
  const [code] = await once(child, 'close') as [number | null]
  return { code, output: output() }
}

/** Copies the built server to where this scope of packages is not installed, and gives the copy's `dist`. */
export async function distWithout (t: TestContext, scope: string): Promise<string> {
  const dir = await temporaryFolder(t)
  await cp('dist', join(dir, 'dist'), { recursive: true })
  await cp('package.json', join(dir, 'package.json'))
  await mkdir(join(dir, 'node_modules'))
  for (const name of await readdir('node_modules')) {
    if (name !== scope) await symlink(resolve('node_modules', name), join(dir, 'node_modules', name))
  }
  return join(dir, 'dist')
}

/** A line of the log. */
export interface LogLine { pid: number, msg: string, signal?: string, trace_id?: string }

/** The log so far, without what a process writes when it cannot start. */
export function logOf ({ output }: ServerProcess): LogLine[] {
  return output().split('\n').filter(isLogLine).map((line) => JSON.parse(line) as LogLine)
}

/** The processes that ever listened, oldest first. */
export const listened = (server: ServerProcess): number[] =>
  logOf(server).filter(({ msg }) => msg.startsWith('Server listening')).map(({ pid }) => pid)

/** Whether a process is there. */
export function alive (pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
