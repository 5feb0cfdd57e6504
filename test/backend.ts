import { resolve } from 'node:path'
import { ensureModels } from '../models/build.ts'
import { loadConfig } from '../src/config.ts'
import { createGallery } from '../src/gallery/gallery.ts'
import { ensureRecognitionNetwork } from '../src/networks/ensure-network.ts'
import { findNetwork, type RecognitionNetwork } from '../src/networks/find-network.ts'
import type { Backend } from '../workers/backends/backend.ts'
import { loadBackend } from '../workers/backends/load.ts'
import { createMatcher } from '../workers/pipeline/match.ts'
import type { Tools } from '../workers/pipeline/pipeline.ts'
import { openRecognizer } from '../workers/pipeline/recognizer.ts'

/**
 * What runs the networks in all tests that do not name a backend themselves: ONNX Runtime, unless the variable says
 * otherwise.
 */
export const BACKEND = loadConfig({ INFERENCE_BACKEND: process.env['INFERENCE_BACKEND'] }).INFERENCE_BACKEND

const SETUP = { backend: BACKEND, modelsDir: 'models', executionProviders: ['cpu'] }

/** The networks of {@link BACKEND} that find a face, in the test's own thread. */
export async function openBackend (): Promise<Backend> {
  if (BACKEND === 'onnx') await ensureModels('models')
  return (await loadBackend(SETUP)).backend
}

/** The recognition network of a server with these variables; its graph is there. */
export async function networkOf (env: Record<string, string> = {}): Promise<RecognitionNetwork> {
  const network = await findNetwork(loadConfig({ INFERENCE_BACKEND: BACKEND, ...env }))
  await ensureRecognitionNetwork(network, resolve('models'))
  return network
}

/** What a thread of such a server works with, on an empty gallery, in the test's own thread. */
export async function openTools (env: Record<string, string> = {}): Promise<Tools> {
  if (BACKEND === 'onnx') await ensureModels('models')
  const { backend, encode } = await loadBackend(SETUP)
  const network = await networkOf(env)
  return {
    backend,
    recognizer: await openRecognizer({ network: network.setup, executionProviders: ['cpu'] }, encode),
    matchFace: createMatcher(createGallery(network.id).memory),
    augment: 'none'
  }
}
