import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGallery, type Gallery } from '../../../src/gallery/gallery.ts'
import { distanceAtFar, onScale, SCALE, type Calibration } from '../../../src/networks/calibration.ts'
import { createDecisionRule, siteShift, type DecisionRule } from '../../../src/recognition/decision.ts'
import { seeded } from '../../support/seeded.ts'

const CALIBRATION: Calibration = [0.9, 1, 1.2]
const KIND = 'one'

/** Unit vectors, independent but for `alike`, 0..1, of a direction that all share. */
function people (count: number, alike: number, random: () => number): Float32Array[] {
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Array.from({ length: count }, () => {
    const vector = Float32Array.from({ length: 128 }, (_, i) => gauss() + (i === 0 ? alike * 20 : 0))
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  })
}

function enrol (gallery: Gallery, vectors: readonly Float32Array[]): void {
  for (const [userId, vector] of vectors.entries()) {
    const encodings = [{ vector, quality: 1, registeredAt: '2026-01-01T00:00:00.000Z', model: KIND }]
    gallery.apply({ key: String(userId), record: { userId, updatedAt: '2026-01-01T00:00:00.000Z', encodings } })
  }
}

function ruleOf (gallery: Gallery, config = { RECOGNITION_TOLERANCE: 0.6, FALSE_MATCH_TARGET: 0.005 }): DecisionRule {
  return createDecisionRule({ config, calibration: CALIBRATION, gallery })
}

test('the rate of a distance is that of the calibration at its points, ' +
  'and squared distances follow a normal distribution between and beyond', () => {
  for (const [i, { far }] of SCALE.entries()) {
    assert.ok(Math.abs(distanceAtFar(CALIBRATION, far) - CALIBRATION[i]!) < 1e-12)
  }
  // Normal quantiles of 1e-6, 1e-4 and 1e-2, from tables.
  const [z6, z4, z2] = [-4.753424309, -3.719016485, -2.326347874]
  const along = (z: number, [from, to]: [number, number], [start, end]: [number, number]): number =>
    Math.sqrt(start ** 2 + (z - from) / (to - from) * (end ** 2 - start ** 2))
  for (const [far, expected] of [
    [1e-5, along(-4.264890794, [z6, z4], [0.9, 1])],
    [1e-8, along(-5.612001244, [z6, z4], [0.9, 1])],
    [1e-3, along(-3.090232306, [z4, z2], [1, 1.2])],
    [1e-1, along(-1.281551566, [z4, z2], [1, 1.2])],
    [0.5, along(0, [z4, z2], [1, 1.2])],
    [1, along(0, [z4, z2], [1, 1.2])]
  ] as const) assert.ok(Math.abs(distanceAtFar(CALIBRATION, far) - expected) < 1e-8, `${far}`)
  assert.equal(distanceAtFar(CALIBRATION, 1e-300), 0)
})

test('the tolerance follows the number of encodings that a face is compared with, ' +
  'and never exceeds the configured one', (t) => {
  const random = seeded(t)
  const gallery = createGallery(KIND)
  const rule = ruleOf(gallery)
  assert.equal(rule.current().tolerance, 0.6)
  const tolerances = [10, 50, 500].map((count) => {
    enrol(gallery, people(count, 0, random))
    return rule.current()
  })
  assert.deepEqual(tolerances.slice(0, 2).map(({ tolerance }) => tolerance), [0.6, 0.6])
  // 0.005 / 500 is 1e-5, between the first two points.
  const expected = onScale(CALIBRATION, distanceAtFar(CALIBRATION, 1e-5))
  assert.ok(Math.abs(tolerances[2]!.tolerance - expected) < 1e-9 && expected > 0.49 && expected < 0.5)
  assert.equal(tolerances[2]!.bySite, null)
  assert.equal(ruleOf(gallery, { RECOGNITION_TOLERANCE: 0.45, FALSE_MATCH_TARGET: 0.005 }).current().tolerance, 0.45)
  assert.equal(ruleOf(gallery, { RECOGNITION_TOLERANCE: 0.6, FALSE_MATCH_TARGET: 1 }).current().tolerance, 0.6)
})

test('people who resemble each other more than those of the calibration make it stricter, ' +
  'others do not make it laxer', async (t) => {
  const random = seeded(t)
  for (const [alike, isStricter] of [[0, false], [1, true]] as const) {
    const gallery = createGallery(KIND)
    enrol(gallery, people(200, alike, random))
    const rule = ruleOf(gallery, { RECOGNITION_TOLERANCE: 1, FALSE_MATCH_TARGET: 0.005 })
    await rule.measureSite()
    const { tolerance, byTable, bySite } = rule.current()
    assert.equal(bySite! < byTable, isStricter)
    assert.equal(tolerance, Math.min(byTable, bySite!))
  }
})

test('a few doubles among the people enrolled do not decide, and too few people say nothing', async (t) => {
  const vectors = people(200, 0, seeded(t))
  const shift = await siteShift(vectors, CALIBRATION)
  const withDoubles = await siteShift([...vectors, ...vectors.slice(0, 5)], CALIBRATION)
  assert.ok(Math.abs(withDoubles! - shift!) < 0.02)
  assert.equal(await siteShift(vectors.slice(0, 20), CALIBRATION), null)
})
