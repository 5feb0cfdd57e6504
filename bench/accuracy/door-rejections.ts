import type { Weights } from './bootstrap.ts'
import { doorRates, type DoorRates, type Outcome } from './door-rates.ts'
import { namedAt, openDoor, type Door, type DoorMaterial } from './door.ts'
import { createRandom } from './random.ts'

/** What "this is not her" does: the same searches before and after the rejections, without the rejected photos. */
export interface RejectionRates {
  people: number
  rows: Array<{
    /** Which faces are rejected: of each stranger the first that is named, or for everybody the nearest stranger's. */
    rejected: 'named' | 'nearest'
    /** The share of strangers that may be named. */
    target: number
    /** On average over the draws. */
    rejections: number
    before: DoorRates
    after: DoorRates
    /** Other photos of strangers of whom one was rejected for somebody, and how many of them are named so. */
    sameStranger: { photos: number, before: number, after: number }
  }>
}

type Probe = Door['probes'][number]
interface Rejected { person: number, probe: Probe }

/** Who is taken for whom in which photo: of each stranger the first that is named. */
function firstNamed (probes: readonly Probe[], names: ReadonlyArray<number | null>): Rejected[] {
  const rejected = new Map<number, Rejected>()
  for (const [i, probe] of probes.entries()) {
    const name = names[i] ?? null
    if (probe.isEnrolled || name === null || rejected.has(probe.person)) continue
    rejected.set(probe.person, { person: name, probe })
  }
  return [...rejected.values()]
}

/** For every enrolled person who is nearest to a stranger the nearest of these strangers' photos, named or not. */
function nearestStrangers ({ probes, search }: Door): Rejected[] {
  const nearest = new Map<number, Rejected & { distance: number }>()
  for (const probe of probes) {
    if (probe.isEnrolled) continue
    const { nearest: person, distance } = search(probe.probe)
    if (distance < (nearest.get(person)?.distance ?? Infinity)) nearest.set(person, { person, probe, distance })
  }
  return [...nearest.values()]
}

/** So many times as many strangers are named where confusions are to be seen, whatever the tolerance. */
const LAX = 20

/**
 * Enrols half of the people who come back, by one photo, so that strangers come back too, and rejects faces: at the
 * settings in force and where more strangers are named. Only people with several photos come.
 */
export async function measureRejections (
  material: DoorMaterial, draws: number, seed: number, weights: readonly Weights[]
): Promise<RejectionRates | null> {
  const { AMBIGUITY_MARGIN: margin, FALSE_MATCH_TARGET: target } = material.config
  const photos = material.people.map((one) => one.photos.length > 1 ? one.photos : [])
  const people = material.people.map(({ name }, i) => ({ name, photos: photos[i]! }))
  const half = Math.floor(people.filter((one) => one.photos.length > 0).length / 2)
  if (half < 2) return null

  const rows: RejectionRates['rows'] = []
  const lax = { ...material.config, RECOGNITION_TOLERANCE: 1, FALSE_MATCH_TARGET: Math.min(1, LAX * target) }
  for (const [kind, config] of [['named', material.config], ['nearest', material.config], ['named', lax]] as const) {
    const [before, after]: Outcome[][] = [[], []]
    const sameStranger = { photos: 0, before: 0, after: 0 }
    let rejections = 0
    for (let draw = 0; draw < draws; draw++) {
      const enrolled = { people: half, photos: 1, isFilledUp: false, rows: 'both' } as const
      const door = await openDoor({ ...material, people, config }, enrolled, createRandom(seed + draw))
      const { probes, search, decision: { tolerance } } = door
      const namesNow = (): Array<number | null> => probes.map(({ person, isEnrolled, probe }) => (
        namedAt({ person, isEnrolled, ...search(probe) }, tolerance, margin)
      ))
      const first = namesNow()
      const rejected = kind === 'named' ? firstNamed(probes, first) : nearestStrangers(door)
      for (const { person, probe } of rejected) door.reject(person, probe.probe!)
      rejections += rejected.length / draws
      const second = namesNow()
      for (const [i, probe] of probes.entries()) {
        if (rejected.some((one) => one.probe === probe)) continue
        const { person, isEnrolled } = probe
        before!.push({ person, isEnrolled, named: first[i]! })
        after!.push({ person, isEnrolled, named: second[i]! })
        const rejectedFor = rejected.find((one) => one.probe.person === person)?.person
        if (rejectedFor === undefined) continue
        sameStranger.photos++
        if (first[i] === rejectedFor) sameStranger.before++
        if (second[i] === rejectedFor) sameStranger.after++
      }
    }
    rows.push({
      rejected: kind,
      target: config.FALSE_MATCH_TARGET,
      rejections,
      before: doorRates(before!, weights),
      after: doorRates(after!, weights),
      sameStranger
    })
  }
  return { people: half, rows }
}
