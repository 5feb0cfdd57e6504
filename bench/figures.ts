import type { Axis } from './accuracy/axis.ts'
import { drawChart } from './accuracy/chart.ts'
import { element, label } from './accuracy/svg.ts'
import { count } from './markdown.ts'
import { recognitions, sizeName, usualRows, type Report } from './report.ts'

const COLOURS = ['#2f6db3', '#d1662a', '#3a7d44', '#8a4fa3', '#b8a12a', '#5aa5b5', '#777777', '#333333']
const WIDTH = 900
const BARS = { left: 250, width: 560, top: 76, height: 26, gap: 12 } as const
const GAP_PER_SERIES = 112

interface Bar { label: string, parts: Array<[name: string, ms: number]> }

/** Horizontal bars, each of several parts in the same colours, with the sum at its end. */
function drawBars (title: string, subtitle: string, bars: readonly Bar[]): string {
  const names = [...new Set(bars.flatMap(({ parts }) => parts.map(([name]) => name)))]
  const sums = bars.map(({ parts }) => parts.reduce((sum, [, ms]) => sum + ms, 0))
  const scale = BARS.width / Math.max(...sums)
  const height = BARS.top + bars.length * (BARS.height + BARS.gap) + 44
  const colourOf = (name: string): string => COLOURS[names.indexOf(name) % COLOURS.length]!
  const drawn = bars.map(({ label: text, parts }, i) => {
    const y = BARS.top + i * (BARS.height + BARS.gap)
    let x: number = BARS.left
    const pieces = parts.map(([name, ms]) => {
      const piece = element('rect', { x, y, width: ms * scale, height: BARS.height, fill: colourOf(name) })
      x += ms * scale
      return piece
    })
    return label(text, BARS.left - 10, y + 18, { 'text-anchor': 'end' }) + pieces.join('') +
      label(`${sums[i]!.toFixed(1)} ms`, x + 8, y + 18, { 'font-weight': 'bold' })
  })
  const legend = names.map((name, i) => {
    const x = BARS.left - 10 + (i % 5) * GAP_PER_SERIES
    const y = height - 24 + Math.floor(i / 5) * 20
    return element('rect', { x, y: y - 10, width: 12, height: 12, fill: colourOf(name) }) + label(name, x + 18, y)
  })
  return element('svg', {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${WIDTH} ${height}`,
    width: WIDTH,
    height,
    'font-family': 'sans-serif',
    'font-size': 12,
    fill: '#333333',
    role: 'img',
    'aria-label': title
  }, [
    '',
    element('rect', { width: WIDTH, height, fill: 'white' }),
    label(title, 20, 28, { 'font-size': 16, 'font-weight': 'bold' }),
    label(subtitle, 20, 50),
    ...drawn,
    ...legend,
    ''
  ].join('\n')) + '\n'
}

const machineLine = ({ machine, date }: Report): string => `${machine}, ${date}`

function photoFigure (report: Report): string {
  const { floor, costs } = report
  return drawBars('One photo in one thread: what each part takes, and the ' +
    'floor', machineLine(report), costs.flatMap(({ size, stages, decodeMs }) => [
    { label: `${sizeName(size)}, this server`, parts: Object.entries(stages).filter(([, ms]) => ms > 0.05) },
    {
      label: 'the floor',
      parts: [
        ['decode', decodeMs], ['detect', floor.tiny320], ['landmarks', floor.landmarks], ['encode', floor.encode]
      ] as Array<[string, number]>
    }
  ]))
}

function referenceFigure (report: Report): string {
  const { reference, peer, costs } = report
  const peers: Bar[] = peer ? [{ label: peer.name, parts: [[peer.name, peer.costs[0]?.ms ?? 0]] }] : []
  return drawBars('One photo in one thread, against others', machineLine(report), [
    { label: 'this server', parts: [['this server', costs[0]?.total ?? 0]] },
    { label: 'face-api, tiny detector', parts: [[reference.engine, reference.tiny]] },
    { label: 'face-api, SSD detector', parts: [[reference.engine, reference.ssd]] },
    ...peers
  ])
}

function loadFigure (report: Report): string {
  const rows = usualRows(report).filter(({ route, size }) => route === '/recognize' && size)
  const sizes = [...new Map(rows.map(({ size }) => [sizeName(size!), size!])).values()]
  const galleries = [...new Set(rows.map(({ enrolled }) => enrolled))]
  const concurrencies = [...new Set(rows.map(({ concurrency }) => concurrency))]
  const x: Axis = {
    label: 'photos at once',
    scale: 'log',
    min: concurrencies[0] ?? 1,
    max: concurrencies.at(-1) ?? 1,
    format: String,
    ticks: concurrencies
  }
  return drawChart({
    title: 'Requests per second by photos at once, enrolled encodings and size',
    subtitle: `${machineLine(report)}; the client runs on the same cores`,
    x,
    y: {
      label: 'requests per second',
      scale: 'linear',
      min: 0,
      max: Math.max(...rows.map(({ perSecond }) => perSecond)) * 1.1,
      format: String
    },
    series: sizes.flatMap((size, s) => galleries.map((enrolled, g) => ({
      label: `${sizeName(size)}, ${count(enrolled)} enrolled`,
      colour: COLOURS[g % COLOURS.length]!,
      kind: s === 0 ? 'line' as const : 'dashed' as const,
      points: recognitions(
        report, size, enrolled
      ).map(({ concurrency, perSecond }) => [concurrency, perSecond] as const)
    })))
  })
}

const DRAWINGS: Readonly<Record<string, (report: Report) => string>> = {
  'speed-photo.svg': photoFigure, 'speed-others.svg': referenceFigure, 'speed-load.svg': loadFigure
}

/** The files that {@link drawFigures} makes. */
export const FIGURES = Object.keys(DRAWINGS)

/** The report's figures as SVG documents, by file name. */
export function drawFigures (report: Report): Record<string, string> {
  return Object.fromEntries(Object.entries(DRAWINGS).map(([name, draw]) => [name, draw(report)]))
}
