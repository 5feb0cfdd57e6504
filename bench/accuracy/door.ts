import { createMatcher } from '../../workers/pipeline/match.ts'
import type { Config } from '../../src/config.ts'
import { centreOf } from '../../src/gallery/centre.ts'
import { createGallery, type Gallery } from '../../src/gallery/gallery.ts'
import { calibrationOf, scaleOf, type RecognitionNetwork } from '../../src/networks/find-network.ts'
import { createDecisionRule, decide, type Decision } from '../../src/recognition/decision.ts'
import { distanceOf } from '../../src/networks/distance.ts'
import type { Encodings } from './comparisons.ts'
import type { Person } from './dataset.ts'
import { createRandom, shuffled } from './random.ts'

/** One photo at the door and who was found; people by index, distances on the scale. */
export interface SearchResult {
  person: number
  isEnrolled: boolean
  /** -1: no face was found in the photo. */
  nearest: number
  distance: number
  /** Of the nearest other person; Infinity without one. */
  other: number
}

/** Some people are enrolled, and all photos that they were not enrolled by come before the camera. */
export interface Visit {
  decision: Decision
  /** The same with another `FALSE_MATCH_TARGET`. */
  decisionFor (target: number): Promise<Decision>
  searches: SearchResult[]
}

/** What an enrolled person's encodings are searched as: each and their mean, as the server does, or one of both. */
export type Rows = 'both' | 'each' | 'mean'

/** Who is enrolled, and by what. */
export interface Enrolled {
  /** At most so many people. */
  people: number
  /** Photos of each. Only who has more of them comes back to the door. */
  photos: number
  /** Where there are not enough people who come back, others are enrolled too, by what they have. */
  isFilledUp: boolean
  rows: Rows
  /** Enrolled people and strangers are those many who are nearest to somebody drawn; undefined: everybody. */
  alike?: number
}

export interface DoorMaterial {
  people: readonly Person[]
  encodings: Encodings
  network: Pick<RecognitionNetwork, 'id' | 'calibration' | 'file'>
  config: Pick<Config, 'RECOGNITION_TOLERANCE' | 'FALSE_MATCH_TARGET' | 'AMBIGUITY_MARGIN'>
}

/** Somebody with a face in a photo or more. */
interface Present { person: number, encoded: Array<Float32Array | null>, detected: Float32Array[] }
interface Visitor { person: number, enrolled: Float32Array[], probes: Array<Float32Array | null> }

const REGISTERED_AT = new Date(0).toISOString()

/** Everybody with a face, or those who are most alike: the nearest to one of them. */
function whoComes ({ people, encodings }: DoorMaterial, alike: number | undefined, random: () => number): Present[] {
  const all = people.map((one, person): Present => {
    const encoded = one.photos.map((photo) => encodings[photo] ?? null)
    return { person, encoded, detected: encoded.filter((encoding) => encoding !== null) }
  }).filter(({ detected }) => detected.length > 0)
  if (alike === undefined) return all
  const [centre] = all[Math.floor(random() * all.length)]!.detected
  return all.map((one) => ({ one, apart: distanceOf(one.detected[0]!, centre!) }))
    .sort((one, other) => one.apart - other.apart).slice(0, alike).map(({ one }) => one)
}

function chooseEnrolled (
  present: readonly Present[], { people: size, photos, isFilledUp }: Enrolled, random: () => number
): Visitor[] {
  const comeBack = present.filter(({ encoded, detected }) => detected.length >= photos && encoded.length > photos)
  const others = present.filter((one) => !comeBack.includes(one))
  const order = [...shuffled(comeBack, random), ...isFilledUp ? shuffled(others, random) : []]
  return order.slice(0, size).map(({ person, encoded, detected }) => {
    const enrolled = shuffled(detected, random).slice(0, photos)
    const returns = encoded.length > photos
    return { person, enrolled, probes: returns ? encoded.filter((one) => !one || !enrolled.includes(one)) : [] }
  })
}

/** The encodings of each entry of the gallery that a person is searched as. */
function entriesOf (vectors: Float32Array[], rows: Rows): Float32Array[][] {
  if (rows === 'both') return [vectors]
  return rows === 'each' ? vectors.map((vector) => [vector]) : [[centreOf(vectors) ?? vectors[0]!]]
}

function enrol (gallery: Gallery, model: string, { person, enrolled }: Visitor, rows: Rows): void {
  for (const [i, vectors] of entriesOf(enrolled, rows).entries()) {
    const encodings = vectors.map((vector) => ({ vector, quality: 1, registeredAt: REGISTERED_AT, model }))
    gallery.apply({ key: `${person}/${i}`, record: { userId: person, updatedAt: REGISTERED_AT, encodings } })
  }
}

/**
 * Enrols people, drawn like the photos that they are enrolled by, in the server's own gallery, makes its own decision
 * rule, and searches with its own kernel. Who is not enrolled is a stranger with all photos; those without a face are
 * left out, they could only make the server look better.
 */
export async function visit (material: DoorMaterial, wanted: Enrolled, random: () => number): Promise<Visit> {
  const { network, config } = material
  const present = whoComes(material, wanted.alike, random)
  const visitors = chooseEnrolled(present, wanted, random)
  const gallery = createGallery(network.id)
  for (const visitor of visitors) enrol(gallery, network.id, visitor, wanted.rows)
  async function decisionFor (target: number): Promise<Decision> {
    const asked = { ...config, FALSE_MATCH_TARGET: target }
    const rule = createDecisionRule({ config: asked, calibration: calibrationOf(network), gallery })
    await rule.measureSite()
    return rule.current()
  }
  const [match, scaled] = [createMatcher(gallery.memory), scaleOf(network)]

  function search (person: number, isEnrolled: boolean, probe: Float32Array | null): SearchResult {
    // With an entry for each encoding, all of one person's may be nearer than the next person.
    const candidates = (probe ? match(probe, { usersMax: wanted.photos + 1 }) : [])
      .map(({ user, distance }) => ({ person: Number(gallery.userOf(user)), distance: scaled(distance) }))
    const [nearest] = candidates
    const other = candidates.find((one) => one.person !== nearest?.person)
    return {
      person,
      isEnrolled,
      nearest: nearest?.person ?? -1,
      distance: nearest?.distance ?? Infinity,
      other: other?.distance ?? Infinity
    }
  }

  const enrolled = new Set(visitors.map(({ person }) => person))
  const strangers = present.filter(({ person }) => !enrolled.has(person))
  return {
    decision: await decisionFor(config.FALSE_MATCH_TARGET),
    decisionFor,
    searches: [
      ...visitors.flatMap(({ person, probes }) => probes.map((probe) => search(person, true, probe))),
      ...strangers.flatMap(({ person, detected }) => detected.map((probe) => search(person, false, probe)))
    ]
  }
}

/**
 * As many visits, each with people and photos drawn anew; always the same ones for a seed, and in a larger gallery the
 * same and more people.
 */
export async function visits (
  material: DoorMaterial, wanted: Enrolled, draws: number, seed: number
): Promise<Visit[]> {
  const all: Visit[] = []
  for (let draw = 0; draw < draws; draw++) all.push(await visit(material, wanted, createRandom(seed + draw)))
  return all
}

/** Who is named with this tolerance and this margin to the next; null for nobody. */
export function namedAt ({ nearest, distance, other }: SearchResult, tolerance: number, margin: number): number | null {
  const decided = decide([{ userId: nearest, distance }, { userId: -1, distance: other }], tolerance, margin)
  return typeof decided === 'string' ? null : nearest
}
