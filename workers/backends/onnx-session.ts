import { InferenceSession } from 'onnxruntime-node'

/**
 * Opens a graph for one inference thread: the pool of threads is the parallelism. Rejects, naming the file, when it is
 * missing or damaged.
 *
 * While a thread loads or runs a network nobody may terminate it, nor end the process by `process.exit`: the native
 * binding (1.30) then throws where nothing can catch it, and the whole process aborts. Between two calls both are safe.
 */
export function openSession (file: string): Promise<InferenceSession> {
  return InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3
  })
}
