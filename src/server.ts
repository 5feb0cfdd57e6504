import cluster from 'node:cluster'
import { setTimeout as pause } from 'node:timers/promises'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { buildApp } from './app.ts'
import { onPrimary, tellPrimary } from './cluster/primary-link.ts'
import { isThreadPoolTooSmall, threadPoolSizeNeeded } from './cluster/process-environment.ts'
import { loadConfig, readEnvironment } from './config.ts'
import { createLogger } from './observability/logger.ts'
import { failStart } from './cluster/start-failure.ts'

/** Sent to all processes of a terminal or a service at once; under a primary it is the primary that says what to do. */
const GROUP_SIGNALS: closeWithGrace.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP']

/** Closes the server when a signal or the primary says so, or the primary is gone. */
function closeWhenTold (app: FastifyInstance): void {
  const { config, log: logger } = app
  const left: closeWithGrace.Signals[] = ['SIGUSR2', ...cluster.isWorker ? GROUP_SIGNALS : []]
  // Without a listener they would end the process.
  for (const signal of left) process.on(signal, () => {})
  const { close } = closeWithGrace({ delay: config.CLOSE_GRACE_MS, logger, skip: left }, async ({ err, signal }) => {
    if (err) logger.fatal({ err }, 'stopping after an error')
    else logger.info({ signal }, 'stopping')
    await app.close()
    // A lost thread would hold up the exit for ever.
    if (app.shutdown.degraded.aborted) process.kill(process.pid, 'SIGKILL')
  })
  onPrimary(({ type }) => {
    if (type === 'stop') close()
    if (type === 'retire') app.shutdown.retire().then(close, close)
  })
  app.shutdown.degraded.addEventListener('abort', () => {
    if (cluster.isPrimary) close()
    else tellPrimary({ type: 'degraded' })
  })
  cluster.worker?.on('disconnect', () => {
    // Else this ends the process in the middle of a photo.
    cluster.worker!.exitedAfterDisconnect = true
    close()
  })
}

async function main (): Promise<void> {
  // The primary has read .env, and all its servers shall agree.
  const config = loadConfig(cluster.isWorker ? process.env : readEnvironment())
  const logger = createLogger(config)
  const app = await buildApp(config, logger)
  if (isThreadPoolTooSmall(process.env, config)) {
    const needed = threadPoolSizeNeeded(config)
    logger.warn({ needed }, 'UV_THREADPOOL_SIZE is too small: files wait for photos; npm start sets it by itself')
  }
  closeWhenTold(app)
  try {
    await app.listen({ host: config.HOST, port: config.PORT })
  } catch (err) {
    // An exit while a thread loads its networks would be an abort.
    await Promise.race([app.close().catch(() => {}), pause(config.CLOSE_GRACE_MS)])
    throw err
  }
}

await main().catch(failStart)
