import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measureDoor } from '../../../bench/accuracy/measure-door.ts'
import { loadConfig } from '../../../src/config.ts'
import { doorText } from '../../../bench/accuracy/door-text.ts'
import { seeded } from '../../support/seeded.ts'
import { somePeople } from './people.ts'

const NETWORK = { id: 'some network', calibration: [1.08, 1.16, 1.26] as const, file: null }

test('galleries up to what leaves strangers are measured, by one photo and by three', async (t) => {
  const material = {
    ...somePeople([...Array(60).fill(4), ...Array(60).fill(1)], 0.4, seeded(t)),
    network: NETWORK,
    config: loadConfig({ FACE_DATA_KEY: Buffer.alloc(32, 1).toString('base64'), FALSE_MATCH_TARGET: '0.01' })
  }
  const groups = new Map([['half', new Set(Array.from({ length: 60 }, (_, i) => i))]])
  const found = await measureDoor(material, groups)
  assert.ok(found)
  assert.deepEqual(found.rows.map(({ people, photos }) => [people, photos]), [[50, 1], [96, 1], [50, 3], [96, 3]])
  for (const { right, wrong, notNamed, tolerance } of found.rows) {
    assert.ok(Math.abs(right.rate + wrong.rate + notNamed.rate - 1) < 1e-12)
    assert.ok(tolerance.inForce <= 0.6)
  }
  assert.ok(found.rows[0]!.right.rate > 0.9, 'photos of a person are near to each other')
  assert.deepEqual(found.openSet.map(({ photos, rows, people }) => [photos, rows, people]), [
    [1, 'both', 60], [3, 'each', 60], [3, 'mean', 60], [3, 'both', 60]
  ])
  assert.deepEqual([found.alike, found.extrapolated], [null, []], 'too few people')
  assert.deepEqual(found.groups?.rows.map(({ group, people, photos }) => [group, people, photos]), [['half', 60, 240]])
  assert.deepEqual(found.settings, { RECOGNITION_TOLERANCE: 0.6, FALSE_MATCH_TARGET: 0.01, AMBIGUITY_MARGIN: 0.05 })
  const rights = found.targets.rows.map(({ right }) => right.rate)
  assert.deepEqual(rights, rights.toSorted((one, other) => one - other), 'a higher target names more people')

  const text = doorText(found)
  assert.ok(text.some((line) => /^ {2}96 +3 /.test(line)) && text.some((line) => /^ {2}half +60 +240 /.test(line)))
})

test('where nobody can be left over as a stranger there is no door', async (t) => {
  const two = somePeople([2, 1], 0.4, seeded(t))
  assert.equal(await measureDoor({ ...two, network: NETWORK, config: loadConfig({}) }, null), null)
})
