import { InferenceSession, listSupportedBackends } from 'onnxruntime-node'

/** Throws when ONNX Runtime knows no such provider: it would quietly do without. */
function checkProviders (providers: readonly string[]): void {
  const known = listSupportedBackends().map(({ name }) => name)
  const unknown = providers.find((provider) => !known.includes(provider))
  if (unknown !== undefined) throw new Error(`ONNX_EXECUTION_PROVIDERS: ${unknown} is none of ${known.join(', ')}`)
}

/**
 * Opens a graph for one inference thread: the pool of threads is the parallelism. With `keepMemory` the memory of a run
 * stays for the next one; without it, a run takes all that it needs at once, and gives it back. Rejects, naming the
 * file, when it is missing or damaged, and when a provider is unknown or does not work here.
 *
 * While a thread loads or runs a network it must not be terminated, nor the process ended by `process.exit`: the native
 * binding (1.30) then throws where nothing can catch it, and the whole process aborts. Between two calls both are safe,
 * so callers guard each call.
 */
export async function openSession (
  file: string, executionProviders: readonly string[], keepMemory = true
): Promise<InferenceSession> {
  checkProviders(executionProviders)
  return InferenceSession.create(file, {
    executionProviders,
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableCpuMemArena: keepMemory,
    // Plans a run's memory as one block for each size of picture. In memory that is kept it would stay beside the rest.
    enableMemPattern: !keepMemory,
    logSeverityLevel: 3
  })
}
