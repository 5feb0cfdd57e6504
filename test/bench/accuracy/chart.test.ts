import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { percentTick, positionOn, ticksOf, type Axis } from '../../../bench/accuracy/axis.ts'
import { drawChart, type Chart } from '../../../bench/accuracy/chart.ts'
import { element } from '../../../bench/accuracy/svg.ts'

const linear: Axis = { label: 'distance', scale: 'linear', min: 0, max: 1.2, format: String }
const log: Axis = { label: 'rate', scale: 'log', min: 1e-4, max: 1, format: percentTick }
const chart: Chart = {
  title: 'Title with <&">',
  subtitle: 'below',
  x: linear,
  y: log,
  series: [
    { label: 'a "line" & more', colour: '#0000ff', kind: 'line', points: [[0, 1e-4], [1.2, 1]] },
    { label: 'dashes', colour: '#888888', kind: 'dashed', points: [[0, 0.5], [0.1, 0.5]] },
    { label: 'area', colour: '#00aa00', kind: 'area', points: [[1, 1e-4], [1, 1e-2], [1.1, 1e-2]] },
    { label: 'dots', colour: '#ff0000', kind: 'dots', points: [[0, 1], [0.6, 0]] }
  ]
}

/** Draws the document; the parser behind it refuses XML that is not well-formed. */
async function pixels (svg: string): Promise<(x: number, y: number) => number[]> {
  const { data, info } = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return (x, y) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)]
}

test('a chart is well-formed XML, whatever its texts, and the parser that says so is strict', async () => {
  const svg = drawChart(chart)
  await pixels(svg)
  assert.ok(svg.includes('Title with &lt;&amp;&quot;&gt;'))
  await assert.rejects(pixels(svg.replace('&amp;', '&')))
  await assert.rejects(pixels(svg.replace('</svg>', '')))
})

test('points lie where the axes say, and what a logarithm cannot show is left out', async () => {
  const at = await pixels(drawChart(chart))
  const isNear = (colour: number[], wanted: number[]): boolean =>
    colour.every((value, i) => Math.abs(value - wanted[i]!) < 90)
  // The plot runs from 80 to 620 and from 394 up to 64; the line is its diagonal.
  assert.ok(isNear(at(350, 229), [0, 0, 255]), `middle of the line: ${at(350, 229)}`)
  assert.deepEqual(at(370, 250), [255, 255, 255])
  assert.ok(isNear(at(80, 64), [255, 0, 0]), `dot at the top left: ${at(80, 64)}`)
  assert.equal(drawChart(chart).split('r="5"').length - 1, 2, 'one dot in the plot, one in the legend')
  const [red = 0, green = 0] = at(560, 300)
  assert.ok(green > red + 40, 'the area reaches up to half the height')
  assert.deepEqual(at(560, 200), [255, 255, 255])
})

test('the same chart gives the same text, with axes, units and a legend', () => {
  const svg = drawChart(chart)
  assert.equal(drawChart(structuredCloneWithout(chart)), svg)
  for (const text of ['>distance<', '>rate<', '>0.2<', '>1.2<', '>100 %<', '>0.01 %<', '>dashes<', '>area<']) {
    assert.ok(svg.includes(text), text)
  }
})

/** Functions cannot be cloned: the axes stay. */
const structuredCloneWithout = ({ x, y, ...rest }: Chart): Chart => ({ ...structuredClone(rest), x, y })

test('ticks are round values within the axis', () => {
  assert.deepEqual(ticksOf(linear), [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2])
  assert.deepEqual(ticksOf({ ...linear, min: 0, max: 0.0864 }), [0, 0.02, 0.04, 0.06, 0.08])
  assert.deepEqual(ticksOf({ ...linear, min: 3, max: 47 }), [10, 20, 30, 40])
  assert.deepEqual(ticksOf(log), [1e-4, 1e-3, 1e-2, 0.1, 1])
  assert.deepEqual([1, 0.07, 0.001, 1e-6].map(percentTick), ['100 %', '7 %', '0.1 %', '0.0001 %'])
})

test('a value beyond the axis lies at its end', () => {
  assert.deepEqual([-1, 0, 0.3, 1.2, 2].map((value) => positionOn(linear, value)), [0, 0, 0.25, 1, 1])
  assert.deepEqual([1e-9, 1e-4, 1e-2, 1, 3].map((value) => Number(positionOn(log, value).toFixed(12))), [
    0, 0, 0.5, 1, 1
  ])
  assert.ok(Number.isNaN(positionOn(log, 0)))
})

test('coordinates have two decimals at most', () => {
  assert.equal(element('line', { x1: 1 / 3, x2: 2, stroke: 'a<b' }), '<line x1="0.33" x2="2" stroke="a&lt;b"/>')
})
