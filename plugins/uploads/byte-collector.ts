import type { Upload } from './upload-budget.ts'

/** Bytes that arrive in pieces of any size. */
export interface ByteCollector {
  /** Copies the piece, so that a small one does not keep the memory of the large one that it was cut from. */
  add (piece: Uint8Array): void
  byteLength (): number
  /** All of them in memory of their own, which can be moved to another thread. The collector is empty afterwards. */
  take (): ArrayBuffer
  /** Drops what was collected. */
  clear (): void
}

const BLOCK_MIN = 4 * 1024
const BLOCK_MAX = 64 * 1024
/** Blocks of the full size that are used again: waiting for the garbage collector, as many again would be taken. */
const SPARE_MAX = 256
const spare: Buffer[] = []

function recycle (blocks: Buffer[]): void {
  for (const block of blocks.splice(0)) {
    if (block.length === BLOCK_MAX && spare.length < SPARE_MAX) spare.push(block)
  }
}

/**
 * Makes an empty collector for an upload. The upload is charged for each block before it is allocated, and what was
 * collected is dropped when it is cut off or released.
 */
export function createByteCollector ({ hold, signal }: Pick<Upload, 'hold' | 'signal'>): ByteCollector {
  const blocks: Buffer[] = []
  let byteLength = 0
  /** Free bytes of the last block. */
  let free = 0

  function allocate (): Buffer {
    const size = Math.min(BLOCK_MAX, (blocks.at(-1)?.length ?? BLOCK_MIN / 2) * 2)
    hold(size)
    const block = (size === BLOCK_MAX ? spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(size)
    blocks.push(block)
    free = size
    return block
  }

  function clear (): void {
    recycle(blocks)
    byteLength = free = 0
  }
  signal.addEventListener('abort', clear, { once: true })

  return {
    add (piece) {
      for (let at = 0; at < piece.length;) {
        const block = free > 0 ? blocks.at(-1)! : allocate()
        const part = piece.subarray(at, at + free)
        block.set(part, block.length - free)
        at += part.length
        free -= part.length
        byteLength += part.length
      }
    },
    byteLength: () => byteLength,
    take () {
      const bytes = new Uint8Array(byteLength)
      let at = 0
      for (const block of blocks) {
        bytes.set(block.subarray(0, byteLength - at), at)
        at += block.length
      }
      clear()
      return bytes.buffer
    },
    clear
  }
}
