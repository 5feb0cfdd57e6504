import type { Floor } from './floor.ts'
import type { GallerySearch } from './gallery.ts'
import type { LoadResult } from './load.ts'
import type { Reference } from './reference.ts'

export interface Row extends LoadResult {
  name: string
  cpuMsPerRequest: number
  peakMiB: number
}

/** Everything that one run measured. Times in milliseconds. */
export interface Report {
  date: string
  machine: string
  photos: string
  quick: boolean
  floor: Floor & { total: number }
  searches: GallerySearch[]
  stages: Record<string, number>
  reference: Reference
  starts: Array<{ gallery: number, startMs: number }>
  rows: Row[]
}

const one = (value: number): string => value.toFixed(1)
const line = (cells: Array<string | number>): string => `| ${cells.join(' | ')} |`

/** A table of numbers, the first column apart. */
export function markdown (head: string[], rows: Array<Array<string | number>>): string {
  return [line(head), line(head.map((_, i) => i === 0 ? '---' : '---:')), ...rows.map(line), ''].join('\n')
}

/** The report as Markdown. */
export function table ({ date, machine, photos, floor, searches, stages, reference, starts, rows }: Report): string {
  const total = stages['total'] ?? NaN
  return [
    `${machine}, ${date}; ${photos}.`,
    '',
    markdown(['part of a photo, one thread', 'ms'], [
      ...Object.entries(stages).map(([stage, ms]) => [stage, one(ms)]),
      ['**floor**: decode, tiny detector at 320, landmarks, encoding, each alone', one(floor.total)],
      ['**measured / floor**', (total / floor.total).toFixed(2)],
      [`face-api with its SSD detector (${reference.engine})`, `${one(reference.ssd)} (${one(reference.ssd / total)} times as long)`],
      [`face-api with its tiny detector (${reference.engine})`, `${one(reference.tiny)} (${one(reference.tiny / total)} times as long)`]
    ]),
    markdown(['network alone, one thread', 'ms'], [
      ['tiny_face_detector 160²', one(floor.tiny160)], ['tiny_face_detector 320²', one(floor.tiny320)], ['ssd_mobilenetv1 512²', one(floor.ssd512)],
      ['face_landmark_68', one(floor.landmarks)], ['face_recognition', one(floor.encode)], ['JPEG decoding', one(floor.decode)]
    ]),
    `Matrix multiplication ${floor.gflops.toFixed(0)} GFLOP/s, memory read ${one(floor.readGBs)} GB/s, one thread.`,
    '',
    markdown(['search of so many encodings, one thread', 'ms', 'GB/s', 'of the memory read'], searches.map(({ encodings, ms, readGBs }) => [
      encodings, ms.toFixed(2), one(readGBs), `${(100 * readGBs / floor.readGBs).toFixed(0)} %`
    ])),
    markdown(['start with so many encodings', 'ms'], starts.map(({ gallery, startMs }) => [gallery, startMs.toFixed(0)])),
    markdown(['request', 'req/s', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU ms', 'peak MiB', 'errors'], rows.map((row) => [
      row.name, one(row.perSecond), one(row.p50), one(row.p95), one(row.p99), one(row.cpuMsPerRequest), row.peakMiB.toFixed(0), row.errors
    ]))
  ].join('\n')
}

const BAR = { height: 18, gap: 6, left: 340, width: 420 }

/** Requests per second of every run as bars. */
export function chart ({ machine, date, rows }: Report): string {
  const shown = rows.filter(({ name }) => name.startsWith('/recognize'))
  const most = Math.max(...shown.map(({ perSecond }) => perSecond))
  const bars = shown.map(({ name, perSecond }, i) => {
    const y = 40 + i * (BAR.height + BAR.gap)
    const width = one(perSecond / most * BAR.width)
    return `<text x="${BAR.left - 8}" y="${y + 13}" text-anchor="end">${name}</text>` +
      `<rect x="${BAR.left}" y="${y}" width="${width}" height="${BAR.height}" fill="#3b6ea5"/>` +
      `<text x="${BAR.left + Number(width) + 6}" y="${y + 13}">${one(perSecond)}</text>`
  })
  const height = 50 + shown.length * (BAR.height + BAR.gap)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="840" height="${height}" font-family="sans-serif" font-size="12">` +
    `<rect width="840" height="${height}" fill="white"/><text x="10" y="22">Requests per second. ${machine}, ${date}</text>${bars.join('')}</svg>\n`
}
