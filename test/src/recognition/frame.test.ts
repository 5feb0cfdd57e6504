import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Candidate } from '../../../src/recognition/enrolment-policy.ts'
import { nameFaces } from '../../../src/recognition/frame.ts'
import { seeded } from '../../support/seeded.ts'

const TOLERANCE = 0.6
const MARGIN = 0.05

const candidates = (distances: Record<string, number>): Candidate[] =>
  Object.entries(distances).map(([userId, distance]) => ({ userId, distance }))

const names = (...faces: Array<Record<string, number>>): unknown[] =>
  nameFaces(faces.map(candidates), TOLERANCE, MARGIN).map((named) => typeof named === 'string' ? named : named.userId)

test('one face is decided as it is alone', () => {
  assert.deepEqual(names({ anna: 0.4, bella: 0.7 }), ['anna'])
  assert.deepEqual(names({ anna: 0.61, bella: 0.7 }), ['unknown'])
  assert.deepEqual(names({ anna: 0.4, bella: 0.44 }), ['ambiguous'])
  assert.deepEqual(names({}), ['unknown'])
  assert.deepEqual(names(), [])
})

test('of two faces that resemble one user the nearer one is named, the other by whom it resembles next', () => {
  assert.deepEqual(names({ anna: 0.5, bella: 0.58 }, { anna: 0.3, bella: 0.8 }), ['bella', 'anna'])
  assert.deepEqual(names({ anna: 0.5, bella: 0.7 }, { anna: 0.3, bella: 0.8 }), ['unknown', 'anna'])
})

test('who is in the photo already is no runner-up', () => {
  assert.deepEqual(names({ anna: 0.5, bella: 0.48 }, { anna: 0.2, bella: 0.9 }), ['bella', 'anna'])
})

test('a face that is not named leaves the user to another one', () => {
  assert.deepEqual(names({ anna: 0.5, bella: 0.51 }, { anna: 0.55, bella: 0.9 }), ['ambiguous', 'anna'])
})

test('whatever the distances, nobody is in a photo twice, and each face has the nearest who is free', (t) => {
  const random = seeded(t)
  for (let round = 0; round < 500; round++) {
    const users = 1 + random.below(8)
    const faces = Array.from({ length: random.below(7) }, () => (
      Array.from({ length: users }, (_, userId): Candidate => ({ userId, distance: random() }))
        .sort((one, other) => one.distance - other.distance)
    ))
    const named = nameFaces(faces, TOLERANCE, MARGIN)
    assert.equal(named.length, faces.length)
    const ids = named.flatMap((one) => typeof one === 'string' ? [] : [one.userId])
    assert.equal(new Set(ids).size, ids.length)
    for (const [i, one] of named.entries()) {
      if (typeof one === 'string') continue
      assert.ok(one.distance <= TOLERANCE)
      for (const { userId, distance } of faces[i]!) {
        if (distance >= one.distance) break
        // Somebody nearer is another face's, which is nearer still.
        const owner = named.find((other) => typeof other !== 'string' && other.userId === userId)
        assert.ok(typeof owner === 'object' && owner.distance <= distance)
      }
    }
    // The order in which the faces were found does not matter.
    assert.deepEqual(nameFaces(faces.toReversed(), TOLERANCE, MARGIN), named.toReversed())
  }
})
