import { GALLERY } from '../gallery-layout.ts'
import { BYTES } from './gallery-search.bytes.ts'

interface Kernel {
  nextBelow (row: number, end: number, rowBytes: number, probe: number, vectorBytes: number, limit: number): number
}

const module = new WebAssembly.Module(Buffer.from(BYTES, 'base64'))

/** Looks at every row of the gallery from some row on, with a probe that lies in the gallery's memory. */
export interface RowSearch {
  /** The first row from `row` on, before `rows`, that may be nearer than the squared distance `limit`; `rows` if none is. */
  next (row: number, limit: number): number
  /** Overwrites the probe and gives its place back. */
  end (): void
}

/**
 * The kernel adds up to 512 squares in numbers of 24 bits, each at most 32 additions deep and itself off by two roundings: it
 * is off by less than 40 · 2⁻²⁴ of the sum, whatever the order. What it passes over is further away than the limit.
 */
const MARGIN = 1 + 2 ** -18

/** Takes a place for a probe: every thread needs at most one at a time, and there are more than threads. */
function takePlace (words: Int32Array): number {
  for (let place = 0; place < GALLERY.probes; place++) {
    if (Atomics.compareExchange(words, GALLERY.probesWord + place, 0, 1) === 0) return place
  }
  throw new Error('no place for a probe')
}

/** Makes searches of this gallery by the WebAssembly kernel. */
export function createRowSearch (gallery: WebAssembly.Memory): (probe: Float32Array, rows: number) => RowSearch {
  const { nextBelow } = new WebAssembly.Instance(module, { gallery: { memory: gallery } }).exports as unknown as Kernel
  return (probe, rows) => {
    const words = new Int32Array(gallery.buffer)
    const place = takePlace(words)
    const probeAt = GALLERY.firstProbeWord + place * GALLERY.probeWords
    const slot = new Float32Array(gallery.buffer, probeAt * 4, probe.length)
    slot.set(probe)
    const rowBytes = GALLERY.rowWords(probe.length) * 4
    const byteOf = (row: number): number => GALLERY.firstRowWord * 4 + row * rowBytes
    return {
      next (row, limit) {
        const found = nextBelow(byteOf(row), byteOf(rows), rowBytes, probeAt * 4, probe.length * 4, Math.min(limit * MARGIN, 3e38)) >>> 0
        return (found - byteOf(0)) / rowBytes
      },
      end () {
        slot.fill(0)
        Atomics.store(words, GALLERY.probesWord + place, 0)
      }
    }
  }
}
