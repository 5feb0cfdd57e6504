import type { WorkerSetup } from '../protocol.ts'
import type { LoadedBackend } from './backend.ts'

/** Loads the backend that the configuration names, and only its packages. */
export async function loadBackend (
  { backend, modelsDir, executionProviders }: Pick<WorkerSetup, 'backend' | 'modelsDir' | 'executionProviders'>
): Promise<LoadedBackend> {
  if (backend === 'tfjs') return (await import('./tfjs.ts')).createTfjsBackend()
  const { createOnnxBackend } = await import('./onnx.ts')
  return {
    backend: await createOnnxBackend(modelsDir, executionProviders),
    encode: null,
    engine: `onnxruntime-node on ${executionProviders.join(', ')}`
  }
}
