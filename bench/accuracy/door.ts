import { createMatcher } from '../../workers/pipeline/match.ts'
import type { Config } from '../../src/config.ts'
import { centreOf } from '../../src/gallery/centre.ts'
import { createGallery } from '../../src/gallery/gallery.ts'
import { calibrationOf, type RecognitionNetwork } from '../../src/networks/find-network.ts'
import { createCandidates } from '../../src/recognition/candidates.ts'
import { createDecisionRule, decide, type Decision } from '../../src/recognition/decision.ts'
import type { RecentChanges } from '../../src/recognition/recent-changes.ts'
import type { StoreChange, UserRecord } from '../../src/store/encoding-store.ts'
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

/** Some people are enrolled, and everybody's other photos come before the camera. */
export interface Door {
  decision: Decision
  /** The same with another `FALSE_MATCH_TARGET`. */
  decisionFor (target: number): Promise<Decision>
  /** Photos of enrolled people, null without a face, and then of strangers. */
  probes: ReadonlyArray<Pick<SearchResult, 'person' | 'isEnrolled'> & { probe: Float32Array | null }>
  search (probe: Float32Array | null): Pick<SearchResult, 'nearest' | 'distance' | 'other'>
  /** Tells the server that this face is not the enrolled person's. */
  reject (person: number, probe: Float32Array): void
}

/** What came of a day at the door. */
export interface Visit extends Pick<Door, 'decision' | 'decisionFor'> {
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

/** The record of one entry of the gallery; the first of a person's has the person's own key. */
function recordOf (person: number, entry: number, vectors: readonly Float32Array[], model: string): StoreChange {
  const encodings = vectors.map((vector) => ({ vector, quality: 1, registeredAt: REGISTERED_AT, model }))
  const key = entry === 0 ? String(person) : `${person}/${entry}`
  return { key, record: { userId: person, updatedAt: REGISTERED_AT, encodings } }
}

/** Nobody is stored while a face is searched. */
const NO_CHANGES: RecentChanges = { follow: () => ({ records: () => [], end () {} }) }
/** The face is cut out already. */
const NO_BOX = { left: 0, top: 0, width: 0, height: 0 }

/**
 * Enrols people, drawn like the photos that they are enrolled by, in the server's own gallery, with its own rule, its
 * own kernel and its own choice of candidates. Who is not enrolled is a stranger with all photos; those without a face
 * are left out, they could only make the server look better.
 */
export async function openDoor (material: DoorMaterial, wanted: Enrolled, random: () => number): Promise<Door> {
  const { network, config } = material
  const present = whoComes(material, wanted.alike, random)
  const visitors = chooseEnrolled(present, wanted, random)
  const gallery = createGallery(network.id)
  const records = new Map<string, UserRecord>()
  for (const { person, enrolled } of visitors) {
    for (const [entry, vectors] of entriesOf(enrolled, wanted.rows).entries()) {
      const change = recordOf(person, entry, vectors, network.id)
      gallery.apply(change)
      records.set(change.key, change.record!)
    }
  }
  const candidates = createCandidates({
    config: { ENCODING_AUGMENT: 'none' }, gallery, changes: NO_CHANGES, network, previous: null
  })
  const match = createMatcher(gallery.memory)
  async function decisionFor (target: number): Promise<Decision> {
    const asked = { ...config, FALSE_MATCH_TARGET: target }
    const rule = createDecisionRule({ config: asked, calibration: calibrationOf(network), gallery })
    await rule.measureSite()
    return rule.current()
  }

  const enrolled = new Set(visitors.map(({ person }) => person))
  const strangers = present.filter(({ person }) => !enrolled.has(person))
  return {
    decision: await decisionFor(config.FALSE_MATCH_TARGET),
    decisionFor,
    probes: [
      ...visitors.flatMap(({ person, probes }) => probes.map((probe) => ({ person, isEnrolled: true, probe }))),
      ...strangers.flatMap(({ person, detected }) => detected.map((probe) => ({ person, isEnrolled: false, probe })))
    ],
    search (probe) {
      if (!probe) return { nearest: -1, distance: Infinity, other: Infinity }
      // With an entry for each encoding, all of one person's may be nearer than the next person.
      const { search, candidatesOf, end } = candidates.startSearch(null, wanted.photos + 1)
      const face = { box: NO_BOX, score: 1, encoding: probe }
      const [nearest, other] = candidatesOf({ face, neighbours: match(probe, search), previous: null })
      end()
      return {
        nearest: nearest ? Number(nearest.userId) : -1,
        distance: nearest?.distance ?? Infinity,
        other: other?.distance ?? Infinity
      }
    },
    reject (person, probe) {
      const key = String(person)
      const record = records.get(key)!
      const { rejections = [] } = record
      const encodings = [{ vector: probe, model: network.id }]
      const rejection = { id: String(rejections.length), rejectedAt: REGISTERED_AT, encodings }
      const after = { ...record, rejections: [...rejections, rejection] }
      records.set(key, after)
      gallery.apply({ key, record: after })
    }
  }
}

/** Everybody comes once with each photo. */
export async function visit (material: DoorMaterial, wanted: Enrolled, random: () => number): Promise<Visit> {
  const { decision, decisionFor, probes, search } = await openDoor(material, wanted, random)
  const searches = probes.map(({ person, isEnrolled, probe }) => ({ person, isEnrolled, ...search(probe) }))
  return { decision, decisionFor, searches }
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
