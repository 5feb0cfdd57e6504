import { positionOn, ticksOf, type Axis } from './axis.ts'
import { coordinate, element, label } from './svg.ts'

/** One thing that a chart shows. */
export interface Series {
  label: string
  colour: string
  kind: 'line' | 'dashed' | 'area' | 'dots'
  points: ReadonlyArray<readonly [x: number, y: number]>
  /** Of dots: the interval of each. */
  intervals?: ReadonlyArray<readonly [x: number, least: number, most: number]>
}

export interface Chart {
  title: string
  subtitle: string
  x: Axis
  y: Axis
  series: readonly Series[]
}

const WIDTH = 900
const HEIGHT = 460
const PLOT = { left: 80, top: 64, width: 540, height: 330 } as const
const BOTTOM = PLOT.top + PLOT.height
const LEGEND_LEFT = PLOT.left + PLOT.width + 20
const LEGEND_STEP = 22
const GREY = '#d8d8d8'
const DARK = '#333333'

function axes (x: Axis, y: Axis): string[] {
  const vertical = ticksOf(x).map((value) => {
    const at = PLOT.left + positionOn(x, value) * PLOT.width
    return element('line', { x1: at, x2: at, y1: PLOT.top, y2: BOTTOM, stroke: GREY }) +
      label(x.format(value), at, BOTTOM + 18, { 'text-anchor': 'middle' })
  })
  const horizontal = ticksOf(y).map((value) => {
    const at = BOTTOM - positionOn(y, value) * PLOT.height
    return element('line', { x1: PLOT.left, x2: PLOT.left + PLOT.width, y1: at, y2: at, stroke: GREY }) +
      label(y.format(value), PLOT.left - 8, at + 4, { 'text-anchor': 'end' })
  })
  const middle = PLOT.top + PLOT.height / 2
  return [
    ...vertical,
    ...horizontal,
    element('rect', { x: PLOT.left, y: PLOT.top, width: PLOT.width, height: PLOT.height, fill: 'none', stroke: DARK }),
    label(x.label, PLOT.left + PLOT.width / 2, BOTTOM + 42, { 'text-anchor': 'middle' }),
    label(y.label, 16, middle, { 'text-anchor': 'middle', transform: `rotate(-90 16 ${coordinate(middle)})` })
  ]
}

function shape ({ kind, colour, points, intervals = [] }: Series, x: Axis, y: Axis): string {
  const across = (value: number): number => PLOT.left + positionOn(x, value) * PLOT.width
  const up = (value: number): number => BOTTOM - positionOn(y, value) * PLOT.height
  const placed = points.map(([atX, atY]) => [across(atX), up(atY)] as const)
    .filter(([left, top]) => Number.isFinite(left) && Number.isFinite(top))
  if (placed.length === 0) return ''
  if (kind === 'dots') {
    const bars = intervals.map(([at, least, most]) => element('line', {
      x1: across(at), x2: across(at), y1: up(least), y2: up(most), stroke: colour, 'stroke-width': 2
    }))
    const dots = placed.map(([cx, cy]) => element('circle', { cx, cy, r: 5, fill: colour, stroke: 'white' }))
    return [...bars, ...dots].join('')
  }
  const path = placed.map((point) => point.map(coordinate).join(',')).join(' ')
  if (kind === 'area') {
    const closed = `${coordinate(placed[0]![0])},${BOTTOM} ${path} ${coordinate(placed.at(-1)![0])},${BOTTOM}`
    return element('polygon', { points: closed, fill: colour, 'fill-opacity': 0.45, stroke: colour })
  }
  return element('polyline', {
    points: path,
    fill: 'none',
    stroke: colour,
    'stroke-width': 2,
    ...(kind === 'dashed' ? { 'stroke-dasharray': '6 4' } : {})
  })
}

function legendEntry ({ kind, colour, label: text }: Series, i: number): string {
  const y = PLOT.top + 10 + i * LEGEND_STEP
  const sample = kind === 'dots'
    ? element('circle', { cx: LEGEND_LEFT + 10, cy: y, r: 5, fill: colour })
    : kind === 'area'
      ? element('rect', {
        x: LEGEND_LEFT, y: y - 6, width: 20, height: 12, fill: colour, 'fill-opacity': 0.45, stroke: colour
      })
      : element('line', {
        x1: LEGEND_LEFT,
        x2: LEGEND_LEFT + 20,
        y1: y,
        y2: y,
        stroke: colour,
        'stroke-width': 2,
        ...(kind === 'dashed' ? { 'stroke-dasharray': '6 4' } : {})
      })
  return sample + label(text, LEGEND_LEFT + 28, y + 4)
}

/** Draws a chart as an SVG document; the same chart always gives the same text. */
export function drawChart ({ title, subtitle, x, y, series }: Chart): string {
  return element('svg', {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    width: WIDTH,
    height: HEIGHT,
    'font-family': 'sans-serif',
    'font-size': 12,
    fill: DARK,
    role: 'img',
    'aria-label': title
  }, [
    '',
    element('rect', { width: WIDTH, height: HEIGHT, fill: 'white' }),
    label(title, PLOT.left, 26, { 'font-size': 16, 'font-weight': 'bold' }),
    label(subtitle, PLOT.left, 46),
    ...axes(x, y),
    ...series.map((one) => shape(one, x, y)),
    ...series.map(legendEntry),
    ''
  ].join('\n')) + '\n'
}
