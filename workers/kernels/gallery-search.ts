import { GALLERY, toFixedPoint, type FixedPoint } from '../gallery-layout.ts'
import { BYTES } from './gallery-search.bytes.ts'

interface Kernel {
  nextBelow (
    row: number, end: number, rowBytes: number, probe: number, vectorBytes: number,
    squared: number, twice: number, limit: number
  ): number
}

const module = new WebAssembly.Module(Buffer.from(BYTES, 'base64'))

/** Looks at rows of the gallery, one after the other, with a probe that lies in the gallery's memory. */
export interface RowSearch {
  /** The probe as it is compared. */
  readonly probe: FixedPoint & { numbers: Int16Array }
  /** The first row from `row` on, before `end`, nearer than the squared distance `limit`; `end` if none is. */
  next (row: number, end: number, limit: number): number
  /** Overwrites the probe and gives its place back. */
  end (): void
}

/** Takes a place for a probe: every thread needs at most one at a time, and there are more than threads. */
function takePlace (words: Int32Array): number {
  for (let place = 0; place < GALLERY.probes; place++) {
    if (Atomics.compareExchange(words, GALLERY.probesWord + place, 0, 1) === 0) return place
  }
  throw new Error('no place for a probe')
}

/** Makes searches of this gallery by the WebAssembly kernel. */
export function createRowSearch (gallery: WebAssembly.Memory): (probe: Float32Array) => RowSearch {
  const { nextBelow } = new WebAssembly.Instance(module, { gallery: { memory: gallery } }).exports as unknown as Kernel
  return (vector) => {
    const words = new Int32Array(gallery.buffer)
    const place = takePlace(words)
    const probeAt = (GALLERY.firstProbeWord + place * GALLERY.probeWords) * 4
    const numbers = new Int16Array(gallery.buffer, probeAt, vector.length)
    const probe = { numbers, ...toFixedPoint(vector, numbers) }
    const squared = probe.scale * probe.scale * probe.squares
    const rowBytes = GALLERY.rowWords(vector.length) * 4
    const firstByte = GALLERY.firstRowWord * 4
    return {
      probe,
      next (row, end, limit) {
        const found = nextBelow(
          firstByte + row * rowBytes, firstByte + end * rowBytes, rowBytes, probeAt, vector.length * 2,
          squared, 2 * probe.scale, limit
        ) >>> 0
        return (found - firstByte) / rowBytes
      },
      end () {
        numbers.fill(0)
        Atomics.store(words, GALLERY.probesWord + place, 0)
      }
    }
  }
}
