import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { pino } from 'pino'
import { buildApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { BACKEND } from './backend.ts'
import { temporaryFolder } from './support/folders.ts'
import { checkLogLine } from './support/log-lines.ts'

export { freePort } from '../bench/listening.ts'
export { eventually } from './support/eventually.ts'
export { temporaryFolder }

/** What a server does not need in a test, and time for photos on a busy machine. */
export const TEST_ENV: Readonly<Record<string, string>> = {
  INFERENCE_BACKEND: BACKEND,
  INFERENCE_THREADS: '1',
  INFERENCE_TIMEOUT_MS: '120000',
  LOG_LEVEL: 'silent',
  LOG_FILE: 'off'
}

/** Of a server whose `ADMIN_KEY` it is. */
export const ADMIN_KEY = 'the-administrator-of-tests'

/** The request with that key. */
export const asAdmin = (request: InjectOptions): InjectOptions =>
  ({ ...request, headers: { ...request.headers, authorization: `Bearer ${ADMIN_KEY}` } })

async function readyApp (env: Record<string, string>): Promise<FastifyInstance> {
  const config = loadConfig({ ...TEST_ENV, ...env })
  const app = await buildApp(config, pino({ level: 'info' }, { write: checkLogLine }))
  try {
    await app.ready()
    return app
  } catch (err) {
    await app.close()
    throw err
  }
}

/** The real server with the real models, not listening, on a folder of its own unless `env` names one. */
export async function startApp (t: TestContext, env: Record<string, string> = {}): Promise<FastifyInstance> {
  const app = await readyApp({ ...env, FACE_DATA_DIR: env['FACE_DATA_DIR'] ?? await temporaryFolder(t) })
  t.after(() => app.close())
  return app
}

/**
 * One server for several tests of a file, with the defaults but for `env`, on an empty folder, for tests that leave it
 * as they found it; it starts when the first of them asks for it. Call this outside of tests.
 */
export function shareApp (env: Record<string, string> = {}): () => Promise<FastifyInstance> {
  let shared: Promise<{ app: FastifyInstance, dir: string }> | undefined
  async function start (): Promise<{ app: FastifyInstance, dir: string }> {
    const dir = await mkdtemp(join(tmpdir(), 'face-server-'))
    return { app: await readyApp({ ...env, FACE_DATA_DIR: dir }), dir }
  }
  after(async () => {
    const { app, dir } = await shared ?? {}
    await app?.close()
    if (dir !== undefined) await rm(dir, { recursive: true, force: true, maxRetries: 10 })
  })
  return async () => (await (shared ??= start())).app
}
