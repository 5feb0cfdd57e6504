import { existsSync } from 'node:fs'
import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.ts'
import { ConfigError, loadConfig } from './config.ts'
import { FaceError } from './errors.ts'
import { createLogger } from './logger.ts'

if (existsSync('.env')) process.loadEnvFile('.env')

try {
  const config = loadConfig(process.env)
  const logger = createLogger(config)
  const app = await buildApp(config, logger)
  closeWithGrace({ delay: config.CLOSE_GRACE_MS, logger }, async ({ err, signal }) => {
    if (err) logger.fatal({ err }, 'stopping after an error')
    else logger.info({ signal }, 'stopping')
    await app.close()
  })
  await app.listen({ host: config.HOST, port: config.PORT })
} catch (err) {
  const message = err instanceof Error ? err.message : String(err)
  process.stderr.write(`${message}\n`)
  const isExpected = err instanceof ConfigError || err instanceof FaceError
  if (!isExpected && err instanceof Error) process.stderr.write(`${err.stack}\n`)
  process.exit(1)
}
