/**
 * ONNX Runtime (since 1.29, on Linux) reports its use to its maker, over the network, unless this variable is set when it is
 * loaded. Whoever runs a server of ours shall not have to know. A thread's environment is a copy, so it is the main thread
 * that says so, before the first thread starts.
 */
export function silenceRuntime (): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1'
}
