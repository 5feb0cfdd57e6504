import type { Config } from '../src/config.ts'
import type { Floor } from './floor.ts'
import type { GallerySearch } from './gallery.ts'
import type { LoadResult } from './load.ts'
import type { PeerSpeed } from './peer-speed.ts'
import type { PhotoSize } from './photos.ts'
import type { Reference } from './reference.ts'
import type { ServedPhoto } from './served.ts'
import type { PhotoCost } from './stages.ts'
import type { PoolSpeed } from './threads.ts'

/** Requests of one kind to the server. */
export interface Row extends LoadResult {
  route: string
  size: PhotoSize | null
  enrolled: number
  concurrency: number
  /** Inference threads of the server. */
  threads: number
  /** What its recognition network computes in. */
  arithmetic: Config['ENCODING_ARITHMETIC']
  /** Processor time of the server's process and of this one for each request; NaN while others are under way. */
  serverCpuMs: number
  clientCpuMs: number
  peakMiB: number
  /** By the server's own figures; null while others are under way. */
  served: ServedPhoto | null
}

/** A server that starts with so many users of one encoding each. */
export interface StartWith {
  users: number
  /** From the start of the process until it listens. */
  listenMs: number
  /** Of that, loading the users, and the lines of progress in the log. */
  loadMs: number
  progressLines: number
  /** After all that was asked of it. */
  nowMiB: number
  peakMiB: number
}

/** Everything that one run measured. Times in milliseconds. */
export interface Report {
  date: string
  machine: string
  photos: string
  quick: boolean
  seconds: number
  cores: number
  /** Inference threads of the server unless a row says otherwise. */
  threads: number
  floor: Floor
  costs: Array<PhotoCost & { floorMs: number }>
  searches: GallerySearch[]
  reference: Reference
  /** Null unless one was named. */
  peer: PeerSpeed | null
  pools: PoolSpeed[]
  firstRecognizedMs: number[]
  starts: StartWith[]
  rows: Row[]
}

/** Such as 640×480. */
export const sizeName = ({ width, height }: PhotoSize): string => `${width}×${height}`

/** The rows of the server as it is by default, without those of one that is started otherwise. */
export const usualRows = ({ rows, threads }: Report): Row[] =>
  rows.filter((row) => row.threads === threads && row.arithmetic === 'float32')

/** Of those, the ones of `/recognize` with photos of this size and this many enrolled. */
export function recognitions (report: Report, size: PhotoSize, enrolled: number): Row[] {
  return usualRows(report).filter((row) => row.route === '/recognize' && row.size !== null &&
    sizeName(row.size) === sizeName(size) && row.enrolled === enrolled)
}
