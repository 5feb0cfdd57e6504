import { createScratch, type KernelMemory } from './scratch.ts'
import { BYTES } from './warp.bytes.ts'

interface Kernel {
  memory: KernelMemory
  warp (
    rowBytes: number, target: number, side: number, samples: number, x: number, y: number, dx: number, dy: number
  ): void
}

/** What the kernel reads with the last pixel. */
const SLACK = 8
const ONE = 65_536

const code = new WebAssembly.Module(Buffer.from(BYTES, 'base64'))
const kernel = new WebAssembly.Instance(code).exports as unknown as Kernel
const room = createScratch(kernel.memory)

/** A grid of samples: the place of the first, and the step from one to the next in its row, in pixels. */
export interface Grid {
  x: number
  y: number
  dx: number
  dy: number
}

/**
 * Cuts `side`² RGB pixels out of a picture of `width` × `height` that `fill` writes into the array it is given, each
 * the average of `samples`² samples. Every sample must have its four neighbours in the picture.
 */
export function warpByKernel (
  width: number, height: number, fill: (rgb: Uint8Array) => void, side: number, samples: number, grid: Grid
): Uint8Array {
  const target = width * height * 3 + SLACK
  const length = side * side * 3
  const memory = room(target + length)
  fill(memory.subarray(0, width * height * 3))
  const fixed = (value: number): number => Math.round(value * ONE)
  kernel.warp(width * 3, target, side, samples, fixed(grid.x), fixed(grid.y), fixed(grid.dx), fixed(grid.dy))
  return memory.slice(target, target + length)
}
