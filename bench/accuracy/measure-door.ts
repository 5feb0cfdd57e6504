import { distanceAtFar, offScale, onScale } from '../../src/networks/calibration.ts'
import { calibrationOf, scaleOf } from '../../src/networks/find-network.ts'
import { drawPeople, type Rate, type Weights } from './bootstrap.ts'
import { impostorDistances } from './comparisons.ts'
import { doorRates, fnirAt, type DoorRates, type Outcome } from './door-rates.ts'
import { measureRejections, type RejectionRates } from './door-rejections.ts'
import { namedAt, visits, type DoorMaterial, type Enrolled, type SearchResult, type Visit } from './door.ts'
import { measureGroups, type GroupRates, type Groups } from './groups.ts'
import { ruleCurves, type RuleCurve } from './rule-curves.ts'
import { fitTail, TAIL_PAIRS_MIN } from './tail.ts'

/** A gallery of as many people, at the settings in force. */
export interface DoorRow extends DoorRates, Pick<Enrolled, 'people' | 'photos'> {
  /** On average over the draws: what is in force, and what table and site ask for; `bySite` null: too few people. */
  tolerance: { inForce: number, byTable: number, bySite: number | null }
  /** Strangers named if the people enrolled were not measured. */
  namedByTable: Rate
}

/** Larger galleries than the photos allow, by the model. */
export interface Extrapolated extends Pick<Enrolled, 'people' | 'photos'> {
  tolerance: number
  strangersNamed: number
  /** Share of the enrolled people's photos. */
  missed: number
}

/** What one network does at a door, simulated. Rates are 0..1. */
export interface DoorReport {
  settings: DoorMaterial['config']
  draws: number
  seed: number
  rows: DoorRow[]
  /** People who resemble each other: the nearest to one of them. Null where there are too few to choose from. */
  alike: DoorRow & { among: number } | null
  /** What other values of `FALSE_MATCH_TARGET` do in a gallery of `people`, enrolled by one photo. */
  targets: { people: number, rows: Array<DoorRates & { target: number }> }
  /** Missed where the limit is set to let this share of strangers in, by what an enrolled person is searched as. */
  openSet: Array<Pick<Enrolled, 'photos' | 'rows' | 'people'> & { fpir: number, fnir: Rate }>
  /** What the margin to the runner-up does in a gallery of `people`, enrolled by one photo. */
  margins: { people: number, rows: Array<DoorRates & { margin: number }> }
  rules: { people: number, curves: RuleCurve[] }
  /** Null for too few people. */
  rejections: RejectionRates | null
  /** Empty for too few pairs of different people. */
  extrapolated: Extrapolated[]
  /** Null without groups. */
  groups: { people: number, rows: GroupRates[] } | null
}

const SEED = 20_071_007
const DRAWS = 10
const SIZES = [50, 250, 550]
/** Photos that people are enrolled by. */
const PHOTOS = [1, 3]
/** People who stay strangers in the largest gallery: as many, or a share of a smaller set. */
const STRANGERS = { max: 300, share: 0.2 }
const FPIR = 0.01
const OPEN_SETS = [[1, 'both'], [3, 'each'], [3, 'mean'], [3, 'both']] as const
const TARGETS = [0.001, 0.0025, 0.005, 0.0075, 0.01, 0.02]
const ALIKE = { among: 450, people: 250 }
const MARGINS = [0, 0.02, 0.05, 0.1, 0.2]
const EXTRAPOLATED = [50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000]
const IMPOSTORS_MAX = 3_000_000

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const searchesOf = (visited: readonly Visit[]): SearchResult[] => visited.flatMap(({ searches }) => searches)
const inForce = ({ decision }: Visit): number => decision.tolerance
const byTable = ({ decision: { configured, byTable } }: Visit): number => Math.min(configured, byTable)

function outcomesOf (
  visited: readonly Visit[], toleranceOf: (visit: Visit) => number, margin: number
): Outcome[] {
  return visited.flatMap((visit) => visit.searches.map((search) => (
    { person: search.person, isEnrolled: search.isEnrolled, named: namedAt(search, toleranceOf(visit), margin) }
  )))
}

function rowOf (
  { people, photos }: Enrolled, visited: readonly Visit[], margin: number, draws: readonly Weights[]
): DoorRow {
  const sites = visited.flatMap(({ decision: { bySite } }) => bySite ?? [])
  return {
    people,
    photos,
    tolerance: {
      inForce: mean(visited.map(inForce)),
      byTable: mean(visited.map(({ decision }) => decision.byTable)),
      bySite: sites.length > 0 ? mean(sites) : null
    },
    ...doorRates(outcomesOf(visited, inForce, margin), draws),
    namedByTable: doorRates(outcomesOf(visited, byTable, margin), draws).strangersNamed
  }
}

/**
 * Strangers are named by the tail of the distances between different people, fitted and taken to go on, and by
 * independent comparisons; enrolled people are missed like those of these searches.
 */
function extrapolate (
  { people, encodings, network, config }: DoorMaterial, searches: ReadonlyMap<number, readonly SearchResult[]>
): Extrapolated[] {
  const { distances } = impostorDistances(people, encodings, IMPOSTORS_MAX)
  if (distances.length < TAIL_PAIRS_MIN) return []
  const [tail, calibration] = [fitTail(distances), calibrationOf(network)]
  return [...searches].flatMap(([photos, found]) => {
    const own = found.filter(({ isEnrolled }) => isEnrolled)
    return EXTRAPOLATED.map((size) => {
      const compared = size * photos
      const byTable = onScale(calibration, distanceAtFar(calibration, config.FALSE_MATCH_TARGET / compared))
      const tolerance = Math.min(config.RECOGNITION_TOLERANCE, byTable)
      const far = tail.rateAt(offScale(calibration, tolerance))
      const missed = own.filter(({ person, nearest, distance }) => nearest !== person || distance > tolerance)
      return {
        people: size,
        photos,
        tolerance,
        strangersNamed: -Math.expm1(compared * Math.log1p(-far)),
        missed: missed.length / own.length
      }
    })
  })
}

/** Simulates the door with galleries of several sizes; null if there are too few people for any. */
export async function measureDoor (material: DoorMaterial, groups: Groups | null): Promise<DoorReport | null> {
  const { people, encodings, network } = material
  const { RECOGNITION_TOLERANCE, FALSE_MATCH_TARGET, AMBIGUITY_MARGIN } = material.config
  const present = people.filter(({ photos }) => photos.some((photo) => encodings[photo])).length
  const largest = present - Math.min(STRANGERS.max, Math.ceil(STRANGERS.share * present))
  if (largest < 2) return null
  const sizes = [...SIZES.filter((size) => size < largest), largest]
  const isPossible = (photos: number): boolean => people.some((one) => one.photos.length > photos)
  const draws = drawPeople(people.length, SEED)
  const simulate = (wanted: Enrolled): Promise<Visit[]> => visits(material, wanted, DRAWS, SEED)

  const rows: DoorRow[] = []
  const visited = new Map<number, Visit[]>()
  for (const photos of PHOTOS.filter(isPossible)) {
    for (const size of sizes) {
      const wanted: Enrolled = { people: size, photos, isFilledUp: true, rows: 'both' }
      const found = await simulate(wanted)
      if (photos === 1) visited.set(size, found)
      rows.push(rowOf(wanted, found, AMBIGUITY_MARGIN, draws))
    }
  }

  const openSet: DoorReport['openSet'] = []
  const asServed = new Map<number, SearchResult[]>()
  for (const [photos, rows] of OPEN_SETS.filter(([photos]) => isPossible(photos))) {
    const searches = searchesOf(await simulate({ people: largest, photos, isFilledUp: false, rows }))
    if (rows === 'both') asServed.set(photos, searches)
    const enrolled = new Set(searches.flatMap(({ person, isEnrolled }) => isEnrolled ? [person] : []))
    openSet.push({ photos, rows, people: enrolled.size, fpir: FPIR, fnir: fnirAt(FPIR, searches, draws) })
  }

  const isChoice = present >= 2 * ALIKE.among
  const likes: Enrolled = { people: ALIKE.people, photos: 1, isFilledUp: true, rows: 'both', alike: ALIKE.among }
  const alike = isChoice ? rowOf(likes, await simulate(likes), AMBIGUITY_MARGIN, draws) : null

  // The smallest gallery that holds everybody who comes back.
  const comeBack = people.filter(({ photos }) => photos.length > 1).length
  const middle = sizes.find((size) => size >= comeBack) ?? largest
  const targets: DoorReport['targets']['rows'] = []
  for (const target of TARGETS) {
    const decided = new Map<Visit, number>()
    for (const visit of visited.get(middle)!) decided.set(visit, (await visit.decisionFor(target)).tolerance)
    const outcomes = outcomesOf(visited.get(middle)!, (visit) => decided.get(visit)!, AMBIGUITY_MARGIN)
    targets.push({ target, ...doorRates(outcomes, draws) })
  }
  const margins = MARGINS.map((margin) => (
    { margin, ...doorRates(outcomesOf(visited.get(middle)!, inForce, margin), draws) }
  ))
  return {
    settings: { RECOGNITION_TOLERANCE, FALSE_MATCH_TARGET, AMBIGUITY_MARGIN },
    draws: DRAWS,
    seed: SEED,
    rows,
    alike: alike && { ...alike, among: ALIKE.among },
    targets: { people: middle, rows: targets },
    openSet,
    margins: { people: middle, rows: margins },
    rules: { people: middle, curves: ruleCurves(searchesOf(visited.get(middle)!), AMBIGUITY_MARGIN) },
    rejections: await measureRejections(material, 2 * DRAWS, SEED, draws),
    extrapolated: extrapolate(material, asServed),
    groups: groups && {
      people: largest,
      rows: measureGroups(
        groups,
        { people, encodings, scaled: scaleOf(network) },
        outcomesOf(visited.get(largest)!, inForce, AMBIGUITY_MARGIN),
        draws
      )
    }
  }
}
