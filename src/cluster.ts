import cluster from 'node:cluster'
import { join } from 'node:path'
import closeWithGrace from 'close-with-grace'
import { createCountRelay } from './cluster/count-relay.ts'
import { createLookupRelay } from './cluster/lookup-relay.ts'
import { createMetricsCollector } from './cluster/metrics-collector.ts'
import { MEMORY_FLAGS, processEnvironment } from './cluster/process-environment.ts'
import { forkServer } from './cluster/server-process.ts'
import { createSupervisor } from './cluster/supervisor.ts'
import { loadConfig, readEnvironment, type Environment } from './config.ts'
import { createLogger, createLogOutput } from './observability/logger.ts'
import { failStart } from './cluster/start-failure.ts'

/** How long after their time for the photos under way the processes are ended by force. */
const EXIT_MS_MAX = 5_000

/**
 * The primary: starts the servers, replaces those that die, and obeys signals. It takes no part in the requests, so
 * there is one even for a single server, which it can then replace.
 */
async function main (): Promise<void> {
  let environment = readEnvironment()
  const config = loadConfig(environment)
  const output = createLogOutput(config)
  const logger = createLogger(config, output)
  let stopping = false

  function serverEnvironment (): Environment {
    // One process alone can rotate the log file.
    const own = { ...environment, WEB_CONCURRENCY: String(config.WEB_CONCURRENCY), LOG_FILE: 'off' }
    return processEnvironment(own, loadConfig(own))
  }

  cluster.setupPrimary({
    exec: join(import.meta.dirname, 'server.js'),
    execArgv: [...process.execArgv, ...MEMORY_FLAGS],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // Figures may be NaN, which JSON does not know.
    serialization: 'advanced'
  })
  const collector = createMetricsCollector()
  const relay = createLookupRelay()
  const counts = createCountRelay()
  const supervisor = createSupervisor({
    processes: config.WEB_CONCURRENCY,
    graceMs: config.CLOSE_GRACE_MS + EXIT_MS_MAX,
    fork (slot) {
      const server = forkServer({
        env: serverEnvironment(),
        onLine: (line) => output.write(`${line}\n`),
        onMessage (message, process) {
          if (message.type !== 'degraded') {
            collector.handle(process, message)
            relay.handle(process, message)
            counts.handle(process, message)
          } else {
            slot.replaceDegraded(process).catch((err: unknown) => {
              logger.error({ err }, 'not replaced: the process that runs goes on')
            })
          }
        }
      })
      collector.join(server)
      relay.join(server)
      counts.join(server)
      return server
    },
    onCrash: (exit, delayMs) => logger.error({ ...exit, delayMs }, 'a process ended: another follows')
  })

  async function reload (): Promise<void> {
    try {
      const changed = readEnvironment()
      loadConfig(changed)
      environment = changed
      logger.info('replacing the processes')
      await supervisor.reload()
      if (!stopping) logger.info('READY')
    } catch (err) {
      if (!stopping) logger.error({ err }, 'not replaced: the processes that run go on')
    }
  }

  const options: closeWithGrace.Options = {
    delay: config.CLOSE_GRACE_MS + 2 * EXIT_MS_MAX, logger, skip: ['SIGHUP', 'SIGUSR2'], onSecondSignal: supervisor.kill
  }
  closeWithGrace(options, async ({ err, signal }) => {
    stopping = true
    if (err) logger.fatal({ err }, 'stopping after an error')
    else logger.info({ signal }, 'stopping')
    await supervisor.stop()
  })
  process.on('SIGUSR2', () => {}) // Not ours; without a listener it would end the process.
  let turn = Promise.resolve()
  process.on('SIGHUP', () => { turn = turn.then(reload) })

  turn = supervisor.start()
  try {
    await turn
    logger.info({ processes: config.WEB_CONCURRENCY }, 'READY')
  } catch (err) {
    if (!stopping) throw err
  }
}

await main().catch(failStart)
