const PAGE_BYTES = 65_536

/** A kernel's own memory, which grows and never shrinks. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer
  grow (pages: number): number
}

/** Gives all bytes of a kernel's memory, at least so many. */
export function createScratch (memory: KernelMemory): (length: number) => Uint8Array {
  let bytes = new Uint8Array(memory.buffer)
  return (length) => {
    if (bytes.length < length) {
      memory.grow(Math.ceil((length - bytes.length) / PAGE_BYTES))
      bytes = new Uint8Array(memory.buffer)
    }
    return bytes
  }
}
