import assert from 'node:assert/strict'
import { test } from 'node:test'
import { confidenceOf, offScale, onScale } from '../../../src/networks/calibration.ts'
import { CALIBRATIONS } from '../../../src/networks/calibrations.ts'
import { CATALOGUE, NETWORK_NAMES } from '../../../src/networks/catalogue.ts'

const close = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) < 1e-12, `${found} is not ${expected}`)

test('the scale goes through its points in straight lines, and on in the direction of the last', () => {
  const calibration = [1, 1.1, 1.3] as const
  for (const [raw, distance] of [
    [0, 0], [0.5, 0.2], [1, 0.4], [1.05, 0.5], [1.1, 0.6], [1.2, 0.7], [1.3, 0.8], [1.5, 1], [2, 1.5]
  ] as const) {
    close(onScale(calibration, raw), distance)
    close(offScale(calibration, distance), raw)
  }
  assert.deepEqual([0, 0.25, 1, 1.5].map(confidenceOf), [1, 0.75, 0, 0])
})

test('every network, number format and kind of averaging of the catalogue is calibrated, and nothing else', () => {
  const keys = NETWORK_NAMES.flatMap((name) => Object.keys(CATALOGUE[name].graphs).flatMap((format) =>
    ['none', 'flip'].map((augment) => `${name}/${format}/${augment}`)))
  assert.deepEqual(Object.keys(CALIBRATIONS).sort(), keys.sort())
  for (const [key, [one, two, three]] of Object.entries(CALIBRATIONS)) {
    assert.ok(one > 0 && two > one && three > two && three < 2, key)
  }
})
