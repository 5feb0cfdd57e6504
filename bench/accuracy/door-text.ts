import type { Rate } from './bootstrap.ts'
import type { DoorRates } from './door-rates.ts'
import type { DoorReport } from './measure-door.ts'
import type { HttpDoor } from './over-http.ts'

const REJECTED = { named: 'strangers who were named', nearest: 'the nearest stranger of each' } as const
/** Of rates of pairs, in percent. */
const PAIR_DECIMALS = 4
const SEARCHED_AS = { both: 'each and their mean', each: 'each', mean: 'their mean' } as const

const count = (number: number): string => number.toLocaleString('en-US')
const percent = (rate: number, decimals = 2): string => `${(rate * 100).toFixed(decimals)} %`
const distance = (value: number | null): string => value === null ? '–' : value.toFixed(3)

/** A rate and its interval, in percent. */
function interval ({ rate, least, most }: Rate, decimals = 2): string {
  const [value, from, to] = [rate, least, most].map((one) => (one * 100).toFixed(decimals))
  return Number.isNaN(rate) ? '–' : `${value} (${from}–${to})`
}

/** Columns of equal width, the first line being their heads. */
function columns (lines: readonly string[][]): string[] {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)))
  return lines.map((line) => `  ${line.map((cell, i) => cell.padEnd(widths[i]!)).join('  ').trimEnd()}`)
}

const RATES = ['right', 'wrong', 'not named', 'strangers named']
const rates = ({ right, wrong, notNamed, strangersNamed }: DoorRates): string[] =>
  [right, wrong, notNamed, strangersNamed].map((rate) => interval(rate))

function groupsText ({ people, rows }: NonNullable<DoorReport['groups']>): string[] {
  const points = rows[0]?.falseAccepts ?? []
  return [
    `  Groups, with ${count(people)} people enrolled by one photo; the last columns are pairs of different people of ` +
      'the group',
    ...columns([
      [
        'group', 'people', 'photos', ...RATES,
        ...points.map((point) => `within ${point.distance} (${percent(point.promised)})`)
      ],
      ...rows.map(({ group, people, photos, falseAccepts, ...row }) => [
        group, count(people), count(photos), ...rates(row),
        ...falseAccepts.map(({ rate }) => interval(rate, PAIR_DECIMALS))
      ])
    ])
  ]
}

function rejectionsText ({ people, rows }: NonNullable<DoorReport['rejections']>): string[] {
  return [
    `  "This is not her", with ${count(people)} people enrolled by one photo, the rejected photos left out`,
    ...columns([
      ['rejected', 'target', 'faces', 'when', ...RATES, 'same stranger again'],
      ...rows.flatMap(({ rejected, target, rejections, before, after, sameStranger: { photos, ...same } }) => [
        [
          REJECTED[rejected], percent(target), rejections.toFixed(1), 'before', ...rates(before),
          `${same.before} of ${photos}`
        ],
        ['', '', '', 'after', ...rates(after), `${same.after} of ${photos}`]
      ])
    ])
  ]
}

/** The door for people. */
export function doorText ({
  settings, draws, seed, rows, alike, targets, openSet, margins, rejections, extrapolated, groups
}: DoorReport): string[] {
  const { FALSE_MATCH_TARGET: target, RECOGNITION_TOLERANCE: tolerance, AMBIGUITY_MARGIN: margin } = settings
  return [
    `At the door: FALSE_MATCH_TARGET ${target}, RECOGNITION_TOLERANCE ${tolerance}, AMBIGUITY_MARGIN ${margin}`,
    `  in percent, with 95 % intervals; ${draws} draws of people and photos for each gallery, seed ${seed}`,
    ...columns([
      ['people', 'photos', 'tolerance', 'by table', 'by site', ...RATES],
      ...rows.map((row) => [
        count(row.people), String(row.photos), distance(row.tolerance.inForce), distance(row.tolerance.byTable),
        distance(row.tolerance.bySite), ...rates(row)
      ])
    ]),
    ...alike
      ? [
          `  The ${count(alike.among)} people nearest to one of them, ${count(alike.people)} enrolled by one photo`,
          ...columns([
            ['', 'tolerance', 'strangers named'],
            ['by table', distance(alike.tolerance.byTable), interval(alike.namedByTable)],
            ['in force', distance(alike.tolerance.inForce), interval(alike.strangersNamed)]
          ])
        ]
      : [],
    `  Other targets, with ${count(targets.people)} people enrolled by one photo`,
    ...columns([
      ['target', ...RATES], ...targets.rows.map(({ target, ...row }) => [percent(target), ...rates(row)])
    ]),
    '  Missed where the limit is set for that share of strangers',
    ...columns([
      ['photos', 'searched as', 'people', 'FPIR', 'FNIR'],
      ...openSet.map(({ photos, rows: searched, people, fpir, fnir }) => [
        String(photos), SEARCHED_AS[searched], count(people), percent(fpir, 1), interval(fnir)
      ])
    ]),
    `  The margin to the runner-up, with ${count(margins.people)} people enrolled by one photo`,
    ...columns([['margin', ...RATES], ...margins.rows.map((row) => [String(row.margin), ...rates(row)])]),
    ...rejections ? rejectionsText(rejections) : [],
    ...extrapolated.length > 0
      ? [
          '  Extrapolated',
          ...columns([
            ['people', 'photos', 'tolerance', 'strangers named', 'missed'],
            ...extrapolated.map((row) => [
              count(row.people), String(row.photos), distance(row.tolerance), percent(row.strangersNamed),
              percent(row.missed, 1)
            ])
          ])
        ]
      : [],
    ...groups ? groupsText(groups) : []
  ]
}

/** What the server did over HTTP, for people. */
export function httpDoorText (door: HttpDoor): string[] {
  const codes = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts).map(([code, times]) => `${code} ${times}`).join(', ') || 'none'
  const line = (name: string, value: string): string => `  ${name.padEnd(20)} ${value}`
  return [
    `Over HTTP: ${count(door.applicants)} people by one photo, ${count(door.searches)} photos of who was accepted, ` +
      `${count(door.strangers)} of strangers; tolerance in force ${door.toleranceInForce}`,
    line('accepted', interval(door.accepted)),
    line('refused', codes(door.refused)),
    ...rates(door).map((rate, i) => line(RATES[i]!, rate)),
    line('errors', codes(door.errors))
  ]
}
