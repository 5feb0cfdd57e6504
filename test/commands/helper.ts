import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { TEST_ENV } from '../helper.ts'

export interface Outcome { code: number | null, stdout: string, stderr: string }

/** A command under way. */
export interface RunningCommand {
  /** What it has written to stderr so far. */
  stderr (): string
  readonly pid: number | undefined
  kill (): void
  ended: Promise<Outcome>
}

/** Starts the built `store` command (`npm run build` first) with these variables alone; killed when the test ends. */
export function startCommand (
  t: TestContext, args: string[], env: Record<string, string>, dist = resolve('dist'), program = 'store'
): RunningCommand {
  const child = spawn(process.execPath, [join(dist, 'commands', `${program}.js`), ...args], {
    env: { PATH: process.env['PATH'] ?? '', MODELS_DIR: resolve('models'), ...TEST_ENV, ...env }
  })
  t.after(() => child.kill('SIGKILL'))
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => { stdout += String(chunk) })
  child.stderr.on('data', (chunk) => { stderr += String(chunk) })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }))
  return { pid: child.pid, stderr: () => stderr, kill: () => { child.kill('SIGKILL') }, ended }
}

/** Runs a `store` command to its end. */
export const runCommand = (
  t: TestContext, args: string[], env: Record<string, string>, dist?: string
): Promise<Outcome> => startCommand(t, args, env, dist).ended

/** The same for an `audit` command. */
export const runAuditCommand = (t: TestContext, args: string[], env: Record<string, string>): Promise<Outcome> =>
  startCommand(t, args, env, resolve('dist'), 'audit').ended
