import type { Config } from '../src/config.ts'

/** The configuration of a pool for many photos that no client waits for: a busy machine must not cost one of them. */
export function offlineConfig (config: Config): Config {
  return { ...config, INFERENCE_QUEUE_MAX: config.INFERENCE_THREADS, INFERENCE_TIMEOUT_MS: 120_000 }
}

/** So many photos at the same time: as many wait as are in work, so that a thread never waits for a file. */
export const concurrencyOf = (config: Config): number => 2 * config.INFERENCE_THREADS

/** The bytes alone in memory of their own, so that they can be transferred to another thread. Copies only if shared. */
export function ownBytes (bytes: Buffer): ArrayBuffer {
  const { buffer, byteLength } = bytes
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) return buffer
  return new Uint8Array(bytes).buffer
}
