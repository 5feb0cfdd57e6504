import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawPeople } from '../../../bench/accuracy/bootstrap.ts'
import { measureRejections } from '../../../bench/accuracy/door-rejections.ts'
import { openDoor } from '../../../bench/accuracy/door.ts'
import { seeded } from '../../support/seeded.ts'
import { somePeople } from './people.ts'

const NETWORK = { id: 'some network', calibration: [0.9, 1, 1.2] as const, file: null }
const CONFIG = { RECOGNITION_TOLERANCE: 0.6, FALSE_MATCH_TARGET: 0.005, AMBIGUITY_MARGIN: 0.05 }

test('who was rejected for somebody is not found again so, and who is enrolled is', async (t) => {
  const random = seeded(t)
  const material = { ...somePeople([4, 4, 4, 4], 0.3, random), network: NETWORK, config: CONFIG }
  const wanted = { people: 1, photos: 1, isFilledUp: false, rows: 'both' } as const
  const { probes, search, reject } = await openDoor(material, wanted, random)
  const [stranger, again] = probes.filter(({ isEnrolled }) => !isEnrolled)
  assert.equal(stranger!.person, again!.person)
  const { nearest } = search(stranger!.probe)
  assert.ok(probes.filter(({ isEnrolled }) => isEnrolled).every(({ person }) => person === nearest))
  reject(nearest, stranger!.probe!)
  for (const { person, isEnrolled, probe } of probes) {
    const found = search(probe).nearest
    if (isEnrolled) assert.equal(found, person)
    else if (person === stranger!.person) assert.equal(found, -1)
  }
})

test('what rejections do is counted without the photos that were rejected', async (t) => {
  const people = 40
  // Two people of each four are so alike that one is taken for the other.
  const material = somePeople(Array(people).fill(4), 0.3, seeded(t))
  const encodings = material.encodings.map((vector, photo, all) => (
    Math.floor(photo / 4) % 2 === 0 ? vector : blend(vector!, all[photo - 4]!)
  ))
  const found = await measureRejections(
    { ...material, encodings, network: NETWORK, config: CONFIG }, 4, 1, drawPeople(people, 1)
  )
  const [named] = found!.rows
  assert.ok(named!.rejections > 1, `${named!.rejections}`)
  assert.ok(named!.sameStranger.before > 0 && named!.sameStranger.after < named!.sameStranger.before)
  assert.ok(named!.after.strangersNamed.rate < named!.before.strangersNamed.rate)
  assert.deepEqual(found!.rows.map(({ rejected, target }) => [rejected, target]), [
    ['named', 0.005], ['nearest', 0.005], ['named', 0.1]
  ])
})

/** A unit vector between the two, nearer to the other one. */
function blend (one: Float32Array, other: Float32Array): Float32Array {
  const sum = one.map((value, i) => value + 1.5 * other[i]!)
  const length = Math.hypot(...sum)
  return sum.map((value) => value / length)
}
