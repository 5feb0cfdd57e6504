import { BYTES } from './halve.bytes.ts'
import { createScratch, type KernelMemory } from './scratch.ts'

interface Kernel {
  memory: KernelMemory
  halve (source: number, rowBytes: number, target: number, width: number, height: number): void
}

/** What the kernel reads beyond the last pixel. */
const SLACK = 16
/** So much of a picture is in the kernel's memory at once, but at least two rows: it keeps what it has grown to. */
const STRIP_BYTES = 2 ** 20

const code = new WebAssembly.Module(Buffer.from(BYTES, 'base64'))
const kernel = new WebAssembly.Instance(code).exports as unknown as Kernel
const room = createScratch(kernel.memory)

/**
 * The RGB picture with half as many pixels in each direction, each the rounded average of four; an odd last row or
 * column is dropped. At least 2 × 2 pixels.
 */
export function halveByKernel (rgb: Uint8Array, width: number, height: number): Uint8Array {
  const rowBytes = width * 3
  const half = { width: width >> 1, height: height >> 1 }
  const out = new Uint8Array(half.width * half.height * 3)
  const stripRows = Math.max(1, Math.floor(STRIP_BYTES / rowBytes / 2))
  const target = stripRows * 2 * rowBytes + SLACK
  const memory = room(target + stripRows * half.width * 3 + SLACK)
  for (let row = 0; row < half.height; row += stripRows) {
    const rows = Math.min(stripRows, half.height - row)
    memory.set(rgb.subarray(2 * row * rowBytes, 2 * (row + rows) * rowBytes))
    kernel.halve(0, rowBytes, target, half.width, rows)
    out.set(memory.subarray(target, target + rows * half.width * 3), row * half.width * 3)
  }
  return out
}
