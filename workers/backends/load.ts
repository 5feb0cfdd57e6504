import type { WorkerSetup } from '../protocol.ts'
import type { LoadedBackend } from './backend.ts'

/** Loads the backend that the configuration names, and only its packages. */
export async function loadBackend ({ backend, modelsDir }: Pick<WorkerSetup, 'backend' | 'modelsDir'>): Promise<LoadedBackend> {
  if (backend === 'tfjs') return (await import('./tfjs.ts')).createTfjsBackend()
  const { createOnnxBackend } = await import('./onnx.ts')
  return { backend: await createOnnxBackend(modelsDir), engine: 'onnxruntime-node' }
}
