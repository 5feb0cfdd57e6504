import { percentTick, type Axis } from './axis.ts'
import type { Rate } from './bootstrap.ts'
import { drawChart, type Series } from './chart.ts'
import type { Histogram } from './histogram.ts'
import type { DoorReport } from './measure-door.ts'
import type { Report } from './report.ts'

const BLUE = '#2f6db3'
const ORANGE = '#d1662a'
const GREEN = '#3a7d44'
const BLACK = '#333333'
const VIOLET = '#7a4fa3'
const RED = '#b02a3a'
const ASIDE = 1.1
/** Above the most, or the axis would end in it. */
const HEADROOM = 1.1

/** The largest power of ten that is at most 1 / count: what so many trials can show. */
const finest = (count: number): number => Number(`1e${-Math.ceil(Math.log10(Math.max(10, count)))}`)
const rateAxis = (label: string, min: number): Axis => ({ label, scale: 'log', min, max: 1, format: percentTick })

function subtitle ({ model, verification: { genuinePairs, impostorPairs } }: Report): string {
  return `${model}; ${genuinePairs} genuine and ${impostorPairs} impostor pairs`
}

function steps ({ binWidth, shares }: Histogram): Array<[number, number]> {
  return shares.flatMap((share, i): Array<[number, number]> => [[i * binWidth, share], [(i + 1) * binWidth, share]])
}

function distancesFigure (report: Report): string {
  const { histograms: { genuine, impostor }, config: { RECOGNITION_TOLERANCE: tolerance } } = report
  const highest = Math.max(...genuine.shares, ...impostor.shares, 0.01)
  const bins = Math.max(genuine.shares.length, impostor.shares.length, 1)
  return drawChart({
    title: 'Distances of photos of the same and of different people',
    subtitle: subtitle(report),
    x: {
      label: 'distance of the encodings',
      scale: 'linear',
      min: 0,
      max: Math.max(bins * genuine.binWidth, tolerance * 1.1),
      format: String
    },
    y: {
      label: `share of the pairs, each ${genuine.binWidth} of distance`,
      scale: 'linear',
      min: 0,
      max: highest * 1.05,
      format: percentTick
    },
    series: [
      { label: 'same person', colour: BLUE, kind: 'area', points: steps(genuine) },
      { label: 'different people', colour: ORANGE, kind: 'area', points: steps(impostor) },
      { label: `tolerance ${tolerance}`, colour: BLACK, kind: 'dashed', points: [[tolerance, 0], [tolerance, 1]] }
    ]
  })
}

function detFigure (report: Report): string {
  const { det, verification: { genuinePairs, impostorPairs, eer, atTolerance } } = report
  return drawChart({
    title: 'Detection error trade-off',
    subtitle: subtitle(report),
    x: rateAxis('FAR: different people accepted', finest(impostorPairs)),
    y: rateAxis('FRR: same person refused, undetected faces included', finest(genuinePairs)),
    series: [
      { label: 'all thresholds', colour: BLUE, kind: 'line', points: det.map(({ far, frr }) => [far, frr]) },
      {
        label: `tolerance ${report.config.RECOGNITION_TOLERANCE}`,
        colour: ORANGE,
        kind: 'dots',
        points: [[atTolerance.far, atTolerance.frr]]
      },
      {
        label: `EER ${percentTick(Number(eer.eer.toFixed(4)))}`,
        colour: GREEN,
        kind: 'dots',
        points: [[eer.far, eer.frr]]
      }
    ]
  })
}

function discardFigure (report: Report, curves: NonNullable<Report['discard']>): string {
  const highest = Math.max(...curves.flatMap(({ points }) => points.map(({ fnmr }) => fnmr)), 0.001)
  return drawChart({
    title: 'False non-matches when the photos of the lowest quality are discarded',
    subtitle: subtitle(report),
    x: { label: 'share of the photos discarded', scale: 'linear', min: 0, max: 0.5, format: percentTick },
    y: {
      label: 'FNMR: same person refused, undetected faces left out',
      scale: 'linear',
      min: 0,
      max: highest * 1.1,
      format: percentTick
    },
    series: curves.flatMap(({ name, points }, i) => {
      const colour = i === 0 ? BLUE : ORANGE
      const atRandom = points[0]?.fnmr ?? NaN
      return [
        {
          label: name,
          colour,
          kind: 'line' as const,
          points: points.map(({ discarded, fnmr }) => [discarded, fnmr] as const)
        },
        {
          label: 'the same, discarded at random',
          colour,
          kind: 'dashed' as const,
          points: [[0, atRandom], [0.5, atRandom]] as const
        }
      ]
    })
  })
}

const peopleAxis = (max: number): Axis => ({
  label: 'people enrolled',
  scale: 'log',
  min: 10,
  max: 10 ** Math.ceil(Math.log10(max)),
  format: (people) => people.toLocaleString('en-US')
})

/** What is simulated as dots with intervals, and as lines what is extrapolated from it, by photos of each person. */
function bySize (
  { rows, extrapolated }: DoorReport,
  simulated: (row: DoorReport['rows'][number]) => Rate,
  model: (row: DoorReport['extrapolated'][number]) => number
): Series[] {
  return [...new Set(rows.map(({ photos }) => photos))].flatMap((photos, i): Series[] => {
    const colour = i === 0 ? BLUE : ORANGE
    // Beside each other, or one interval would hide the other.
    const own = rows.filter((row) => row.photos === photos).map((row) => ({ ...row, people: row.people * ASIDE ** i }))
    const label = `by ${photos} photo${photos === 1 ? '' : 's'}`
    return [
      {
        label: `${label}: model`,
        colour,
        kind: 'line',
        points: extrapolated.filter((row) => row.photos === photos).map((row) => [row.people, model(row)])
      },
      {
        label,
        colour,
        kind: 'dots',
        points: own.map((row) => [row.people, simulated(row).rate]),
        intervals: own.map((row) => [row.people, simulated(row).least, simulated(row).most])
      }
    ]
  })
}

function doorFigures ({ model }: Report, door: DoorReport): Record<string, string> {
  const { rows, extrapolated, rules, draws, settings: { FALSE_MATCH_TARGET: target } } = door
  const x = peopleAxis(Math.max(...[...rows, ...extrapolated].map(({ people }) => people)))
  const subtitle = `${model}; ${draws} draws each, with 95 % intervals`
  const share = (label: string, most: number): Axis => (
    { label, scale: 'linear', min: 0, max: most * HEADROOM, format: percentTick }
  )
  const rates = rules.curves.flatMap(({ points }) => points)
  return {
    'strangers.svg': drawChart({
      title: 'Strangers named: what is promised and what happens',
      subtitle,
      x,
      y: share('share of strangers named', Math.max(target, ...rows.map(({ strangersNamed }) => strangersNamed.most))),
      series: [
        {
          label: `target ${percentTick(target)}`,
          colour: BLACK,
          kind: 'dashed',
          points: [[x.min, target], [x.max, target]]
        },
        ...bySize(door, ({ strangersNamed }) => strangersNamed, ({ strangersNamed }) => strangersNamed)
      ]
    }),
    'missed.svg': drawChart({
      title: 'Enrolled people not named',
      subtitle,
      x,
      y: share('share of their photos', Math.max(
        ...rows.map(({ notNamed }) => notNamed.most), ...extrapolated.map(({ missed }) => missed)
      )),
      series: bySize(door, ({ notNamed }) => notNamed, ({ missed }) => missed)
    }),
    'rules.svg': drawChart({
      title: 'What the runner-up is worth',
      subtitle: `${model}; ${rules.people} people by one photo, ${draws} draws`,
      x: { label: 'share of strangers named', scale: 'log', min: 1e-3, max: 0.1, format: percentTick },
      y: share('share of enrolled people missed', Math.max(...rates.map(({ missed }) => missed))),
      series: rules.curves.map(({ rule, points }, i) => ({
        label: rule,
        colour: [BLUE, ORANGE, GREEN, VIOLET, RED][i % 5]!,
        kind: 'line',
        points: points.filter(({ strangersNamed }) => strangersNamed >= 1e-3)
          .map(({ strangersNamed, missed }) => [strangersNamed, missed])
      }))
    })
  }
}

/** The report's figures as SVG documents, by file name. */
export function drawFigures (report: Report): Record<string, string> {
  return {
    'distances.svg': distancesFigure(report),
    'det.svg': detFigure(report),
    ...(report.door ? doorFigures(report, report.door) : {}),
    ...(report.discard ? { 'discard.svg': discardFigure(report, report.discard) } : {})
  }
}
