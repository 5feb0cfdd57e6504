import { fork } from 'node:child_process'
import { once } from 'node:events'
import { isThreadPoolTooSmall, MEMORY_FLAGS, processEnvironment } from '../src/cluster/process-environment.ts'
import type { Config } from '../src/config.ts'

/**
 * A process that runs inference threads must have been started for it. If this one was not, runs the same command in a
 * child process that is, which ends with this one, and returns its exit code; else null.
 */
export async function runAgain (config: Config): Promise<number | null> {
  if (!isThreadPoolTooSmall(process.env, config)) {
    process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
    process.channel?.unref()
    return null
  }
  const child = fork(process.argv[1]!, process.argv.slice(2), {
    env: processEnvironment(process.env, config),
    execArgv: [...process.execArgv, ...MEMORY_FLAGS],
    stdio: ['inherit', 'inherit', 'inherit', 'ipc']
  })
  const [code] = await once(child, 'exit') as [number | null]
  return code ?? 1
}
