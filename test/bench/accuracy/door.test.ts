import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../../../bench/accuracy/random.ts'
import { namedAt, visit, visits, type DoorMaterial, type Enrolled } from '../../../bench/accuracy/door.ts'
import { offScale, type Calibration } from '../../../src/networks/calibration.ts'
import { distanceOf } from '../../../src/networks/distance.ts'
import { seeded } from '../../support/seeded.ts'
import { somePeople } from './people.ts'

const CALIBRATION: Calibration = [0.9, 1, 1.2]
const CONFIG = { RECOGNITION_TOLERANCE: 0.6, FALSE_MATCH_TARGET: 0.005, AMBIGUITY_MARGIN: 0.05 }
const ONE: Enrolled = { people: 20, photos: 1, isFilledUp: true, rows: 'both' }

function materialOf (counts: readonly number[], random: () => number): DoorMaterial {
  const network = { id: 'some network', calibration: CALIBRATION, file: null }
  return { ...somePeople(counts, 0.5, random), network, config: CONFIG }
}

test('each photo that nobody was enrolled by comes before the camera, and finds who is nearest', async (t) => {
  const random = seeded(t)
  const material = materialOf([...Array(12).fill(3), ...Array(30).fill(1)], random)
  const { searches, decision } = await visit(material, ONE, random)
  const enrolled = searches.filter(({ isEnrolled }) => isEnrolled)
  // Twelve people come back with two photos each; eight of the others are enrolled and do not come back.
  assert.deepEqual([enrolled.length, searches.length - enrolled.length], [24, 22])
  assert.equal(new Set(enrolled.map(({ person }) => person)).size, 12)
  assert.ok(searches.every(({ person, nearest, isEnrolled }) => isEnrolled ? nearest === person : nearest !== person))
  assert.equal(decision.tolerance, 0.6)

  for (const { person, nearest, distance, other, isEnrolled } of searches) {
    const raw = offScale(CALIBRATION, distance)
    const vectorsOf = (one: number): Float32Array[] =>
      material.people[one]!.photos.map((photo) => material.encodings[photo]!)
    const apart = vectorsOf(nearest).flatMap((one) => vectorsOf(person).map((two) => distanceOf(one, two)))
    assert.ok(apart.some((one) => Math.abs(one - raw) < 1e-3), 'the distance is one of the two people')
    assert.ok(other > distance)
    if (!isEnrolled) assert.equal(vectorsOf(person).length, 1)
  }
})

test('a visit is the same again for a seed, and a larger gallery holds the same people and more', async (t) => {
  const material = materialOf([...Array(30).fill(2), ...Array(20).fill(1)], seeded(t))
  const peopleIn = async (people: number): Promise<Set<number>> => {
    const [one] = await visits(material, { ...ONE, people }, 1, 5)
    return new Set(one!.searches.filter(({ isEnrolled }) => isEnrolled).map(({ person }) => person))
  }
  const [few, again, more] = [await peopleIn(10), await peopleIn(10), await peopleIn(25)]
  assert.deepEqual(few, again)
  assert.equal(more.size, 25)
  assert.ok([...few].every((person) => more.has(person)))
})

test('photos without a face are missed by who is enrolled, and left out for strangers', async (t) => {
  const random = seeded(t)
  const material = materialOf([3, 3, 2, 1], random)
  const encodings = [...material.encodings]
  // Of the first two people the last photo, and the only one of the last person.
  for (const photo of [2, 5, 8]) encodings[photo] = null
  const { searches } = await visit({ ...material, encodings }, { ...ONE, people: 2, photos: 2 }, random)
  assert.equal(searches.length, 4)
  const own = searches.filter(({ isEnrolled }) => isEnrolled)
  assert.deepEqual(own.map(({ nearest, distance }) => [nearest, distance]), [[-1, Infinity], [-1, Infinity]])
})

test('searched as each photo, as their mean or as both, the next person is another one', async (t) => {
  const random = seeded(t)
  const material = materialOf(Array(15).fill(4), random)
  const found = []
  for (const rows of ['each', 'mean', 'both'] as const) {
    const wanted: Enrolled = { people: 15, photos: 3, isFilledUp: false, rows }
    found.push((await visit(material, wanted, createRandom(3))).searches)
  }
  const [each, mean, both] = found
  for (const [i, search] of each!.entries()) {
    assert.equal(search.person, search.nearest)
    // Photos of one person are 0.45 apart at most, those of different people hardly ever less than 0.7.
    assert.ok(search.other > 0.6, `${search.other}`)
    assert.ok(Math.abs(both![i]!.distance - Math.min(search.distance, mean![i]!.distance)) < 1e-9)
  }
  assert.equal(each!.length, 15)
})

test('a site of people who are alike is judged by its own people, and by its size with another target', async (t) => {
  const random = seeded(t)
  const material = materialOf(Array(400).fill(2), random)
  const { decision, decisionFor, searches } = await visit(material, { ...ONE, people: 100, alike: 150 }, random)
  assert.equal(searches.length, 100 + 2 * 50)
  assert.ok(decision.bySite !== null)
  const [laxer, stricter] = [await decisionFor(0.05), await decisionFor(0.0005)]
  assert.ok(stricter.byTable < decision.byTable && decision.byTable < laxer.byTable)
})

test('the nearest is named within the tolerance and with the margin to the next', () => {
  const search = { person: 1, isEnrolled: true, nearest: 2, distance: 0.5, other: 0.55 }
  assert.equal(namedAt(search, 0.5, 0.04), 2)
  assert.equal(namedAt(search, 0.49, 0.04), null)
  assert.equal(namedAt(search, 0.5, 0.06), null)
  assert.equal(namedAt({ ...search, nearest: -1, distance: Infinity, other: Infinity }, 1, 0), null)
})
