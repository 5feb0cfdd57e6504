import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { resolve } from 'node:path'
import { TEST_ENV } from '../helper.ts'

/** A server in a process of its own, listening on a free port of 127.0.0.1. */
export interface ServerProcess {
  readonly child: ChildProcess
  readonly url: string
  /** Everything it wrote so far, log and errors. */
  output (): string
  /** Resolves with the exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals | null>
}

const LISTENING = /Server listening at (http:\/\/[\d.]+:\d+)/

function launch (env: Record<string, string>, cwd: string): { child: ChildProcess, output: () => string } {
  // A name of the caller's own environment must not reach the server under test.
  const child = spawn(process.execPath, [resolve('dist/src/server.js')], {
    cwd, env: { PATH: process.env['PATH'] ?? '', MODELS_DIR: resolve('models'), ...TEST_ENV, LOG_LEVEL: 'info', ...env }
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => { text += String(chunk) })
  return { child, output: () => text }
}

/** Starts the built server (`npm run build` first) and resolves when it listens; killed after the test. */
export async function startServer (t: TestContext, env: Record<string, string>, cwd = '.'): Promise<ServerProcess> {
  const { child, output } = launch({ HOST: '127.0.0.1', PORT: '0', ...env }, cwd)
  t.after(() => child.kill('SIGKILL'))
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const match = LISTENING.exec(output())
      if (match?.[1]) resolve(match[1])
    })
    exited.then((code) => reject(new Error(`server ended with ${code}: ${output()}`)), reject)
  })
  return { child, url, output, exited }
}

/** Runs the built server where it must not start; gives its exit code and all it wrote. */
export async function failToStart (t: TestContext, env: Record<string, string>, cwd = '.'): Promise<{ code: number | null, output: string }> {
  const { child, output } = launch({ HOST: '127.0.0.1', PORT: '0', ...env }, cwd)
  t.after(() => child.kill('SIGKILL'))
  const [code] = await once(child, 'close') as [number | null]
  return { code, output: output() }
}
