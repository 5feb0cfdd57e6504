/**
 * ONNX Runtime (since 1.29, on Linux) reports its use to its maker over the network unless this variable is set when it
 * is loaded; operators should not have to know that. The environment of a thread is a copy, so the main thread sets it
 * before the first thread starts.
 */
export function silenceRuntime (): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1'
}
