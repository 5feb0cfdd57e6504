/** The bytes alone in memory of their own, so that they can be transferred to another thread. Copies only if shared. */
export function ownBytes (bytes: Buffer): ArrayBuffer {
  const { buffer, byteLength } = bytes
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) return buffer
  return new Uint8Array(bytes).buffer
}
