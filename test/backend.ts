import { ensureModels } from '../models/build.ts'
import { loadConfig } from '../src/config.ts'
import type { Backend } from '../workers/backends/backend.ts'
import { loadBackend } from '../workers/backends/load.ts'

/**
 * What runs the networks in all tests that do not name a backend themselves: ONNX Runtime, unless the variable says
 * otherwise.
 */
export const BACKEND = loadConfig({ INFERENCE_BACKEND: process.env['INFERENCE_BACKEND'] }).INFERENCE_BACKEND

/** The networks of {@link BACKEND} in the test's own thread. */
export async function openBackend (): Promise<Backend> {
  if (BACKEND === 'onnx') await ensureModels('models')
  const { backend } = await loadBackend({
    backend: BACKEND, modelsDir: 'models', executionProviders: ['cpu'], arithmetic: 'float32'
  })
  return backend
}
